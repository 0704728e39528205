import { CodedError } from "@weft/protocol";
import { ZkChainError } from "../errors.ts";

/** A rule that a block can break, for `details.rule` of BLOCK_INVALID. */
export type BlockRule =
  | "hash"
  | "chain"
  | "parent"
  | "transactionsRoot"
  | "size"
  | "shape"
  | "timestamp"
  | "releases"
  | "transaction"
  | "stateRoot";

export function invalidBlock(
  rule: BlockRule,
  problem: string,
  options: { details?: Readonly<Record<string, unknown>>; cause?: unknown } = {},
): never {
  throw new ZkChainError("BLOCK_INVALID", `block: ${problem}`, {
    details: { rule, ...options.details },
    cause: options.cause,
  });
}

/** Runs `check`; what it refuses breaks `rule`. Errors that aren't ours go through: they are bugs. */
export async function under<T>(
  rule: BlockRule,
  details: object,
  check: () => T,
): Promise<Awaited<T>> {
  try {
    return await check();
  } catch (cause) {
    if (!(cause instanceof CodedError)) throw cause;
    return invalidBlock(rule, cause.message, { details: { ...details, code: cause.code }, cause });
  }
}
