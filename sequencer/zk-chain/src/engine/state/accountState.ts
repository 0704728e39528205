import { type Address, type Hash, keccak256 } from "@weft/protocol";

/** An account without its storage. One that has nothing of all this isn't there at all (EIP-161). */
export type AccountState = {
  readonly nonce: bigint;
  /** Wei. */
  readonly balance: bigint;
  readonly codeHash: Hash;
  /** Bytes of code. */
  readonly codeSize: number;
};

/** keccak256 of no code. */
export const NO_CODE_HASH: Hash = keccak256(new Uint8Array());

/** Where a state begins: what it is before anybody writes to it. */
export interface StateSource {
  account(address: Address): AccountState | undefined;
  /** 0n for nothing. */
  slot(address: Address, slot: Hash): bigint;
  /** The code with this keccak256 hash, which an account of the state has. */
  code(hash: Hash): Uint8Array;
}
