import { z } from "zod";
import { LIST_ENTRIES, MAX_LIST_ANSWER } from "../ledgerIndex/limits.ts";

/** Which entries of a list, that has the newest first, are asked for. */
export const listParams = z.union([
  z.tuple([]),
  z.tuple([
    z.strictObject({
      limit: z.int().min(1).max(MAX_LIST_ANSWER).default(LIST_ENTRIES),
      offset: z.int().min(0).default(0),
    }),
  ]),
]);

export function pageOf([asked]: z.output<typeof listParams>): { from: number; to: number } {
  const { offset = 0, limit = LIST_ENTRIES } = asked ?? {};
  return { from: offset, to: offset + limit };
}
