declare const brand: unique symbol;

/** A number or string that must not be mixed up with others of the same JavaScript type. */
export type Brand<Base, Name extends string> = Base & { readonly [brand]: Name };

/** Position in the ledger; counts the blocks of both chains from 0. */
export type LedgerHeight = Brand<number, "LedgerHeight">;
/** Position in one chain; counts that chain's blocks from 0 (its genesis). */
export type ChainNumber = Brand<number, "ChainNumber">;
/** EIP-155 chain id. */
export type ChainId = Brand<number, "ChainId">;
/** Milliseconds since the Unix epoch. */
export type TimestampMs = Brand<number, "TimestampMs">;

function checkedUint(value: number, what: string): number {
  if (!Number.isSafeInteger(value) || value < 0) {
    throw new RangeError(`${what} must be a whole number from 0 to 2^53 - 1, got ${value}`);
  }
  return value;
}

export const ledgerHeight = (value: number) => checkedUint(value, "height") as LedgerHeight;
export const chainNumber = (value: number) => checkedUint(value, "chain number") as ChainNumber;
export const chainId = (value: number) => checkedUint(value, "chain id") as ChainId;
export const timestampMs = (value: number) => checkedUint(value, "timestamp") as TimestampMs;
