import { type Address, assert, decodeBasicData, type Hash, STATE_LEAF } from "@weft/protocol";
import type { StateReader } from "@weft/state-tree";
import { bigintToWord } from "../abi.ts";
import { type AccountState, NO_CODE_HASH, type StateSource } from "./accountState.ts";
import type { LeafKeys } from "./leafKeys.ts";

/**
 * Accounts and slots out of a tree's leaves. Remembers what was asked for, until `forget`: the EVM asks for
 * the same accounts over and over. What it remembers, gas has paid for.
 */
export class TreeSource implements StateSource {
  readonly #leaves: StateReader;
  readonly #keys: LeafKeys;
  readonly #codeOf: (hash: Hash) => Uint8Array | undefined;
  readonly #accounts = new Map<Address, AccountState | undefined>();
  readonly #slots = new Map<string, bigint>();

  constructor(leaves: StateReader, keys: LeafKeys, codeOf: (hash: Hash) => Uint8Array | undefined) {
    this.#leaves = leaves;
    this.#keys = keys;
    this.#codeOf = codeOf;
  }

  account(address: Address): AccountState | undefined {
    if (this.#accounts.has(address)) return this.#accounts.get(address);
    const account = this.#read(address);
    this.#accounts.set(address, account);
    return account;
  }

  slot(address: Address, slot: Hash): bigint {
    const name = address + slot;
    const known = this.#slots.get(name);
    if (known !== undefined) return known;
    const value = this.#leaves.get(this.#keys.storage(address, slot));
    this.#slots.set(name, value);
    return value;
  }

  code(hash: Hash): Uint8Array {
    const code = this.#codeOf(hash);
    assert(code !== undefined, "the code of every account is kept");
    return code;
  }

  /** The leaves have changed. */
  forget(): void {
    this.#accounts.clear();
    this.#slots.clear();
  }

  #read(address: Address): AccountState | undefined {
    const packed = this.#leaves.get(this.#keys.basicData(address));
    if (packed === 0n) return undefined;
    const basicData = decodeBasicData(packed);
    if (basicData.codeSize === 0) return { ...basicData, codeHash: NO_CODE_HASH };
    const codeHash = this.#leaves.get(this.#keys.code(address, STATE_LEAF.codeKeccak));
    return { ...basicData, codeHash: bigintToWord(codeHash) };
  }
}
