import type { z } from "zod";
import type { Caller } from "./caller.ts";
import { RpcError } from "./errors.ts";
import { MAX_ECHO_CHARS } from "./limits.ts";

/** Answers one method; `params` is whatever the client sent. */
export type Method = (params: unknown, caller?: Caller) => Promise<unknown>;

/** Methods by name. No prototype: a client chooses the names. */
export type MethodTable = ReadonlyMap<string, Method>;

/** A method whose parameters are parsed before its handler sees them. */
export function defineMethod<Params extends z.ZodType>(
  paramsSchema: Params,
  handler: (params: z.output<Params>, caller?: Caller) => unknown,
): Method {
  return async (params, caller) => {
    const parsed = paramsSchema.safeParse(params);
    if (parsed.success) return handler(parsed.data, caller);
    const [issue] = parsed.error.issues;
    const path = ["params", ...(issue?.path ?? [])].map(String).join(".").slice(0, MAX_ECHO_CHARS);
    throw new RpcError("INVALID_PARAMS", `${path}: ${issue?.message ?? "invalid"}`, {
      details: { path },
    });
  };
}

/** Puts the methods of several groups together. */
export function methodTable(...groups: readonly Readonly<Record<string, Method>>[]): MethodTable {
  return new Map(groups.flatMap((group) => Object.entries(group)));
}
