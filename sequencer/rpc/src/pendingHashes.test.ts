import { expect, it } from "vitest";
import { MAX_PENDING_HASHES } from "./limits.ts";
import { PendingHashes } from "./pendingHashes.ts";

const hash = (number: number) => `0x${number.toString(16).padStart(64, "0")}` as const;

it("remembers the newest, in order", () => {
  const pending = new PendingHashes();
  const told: string[] = [];
  const stop = pending.subscribe((one) => told.push(one));
  const hashes = Array.from({ length: MAX_PENDING_HASHES + 3 }, (_, index) => hash(index));
  for (const one of hashes) pending.add(one);
  stop();
  pending.add(hash(9));
  expect(told).toEqual(hashes);
  expect(pending.since(0)).toEqual([...hashes.slice(4), hash(9)]);
  expect(pending.since(pending.count - 2)).toEqual([hashes.at(-1), hash(9)]);
  expect(pending.since(pending.count)).toEqual([]);
});
