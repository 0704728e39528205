import type { AccountFields, StateManagerInterface } from "@ethereumjs/common";
import { OriginalStorageCache } from "@ethereumjs/statemanager";
import {
  Account,
  type Address as EvmAddress,
  hexToBytes as ethereumHexToBytes,
  KECCAK256_NULL,
  KECCAK256_RLP,
  unpadBytes,
} from "@ethereumjs/util";
import {
  type Address,
  assert,
  bytesToBigint,
  bytesToHex,
  type Hash,
  keccak256,
} from "@weft/protocol";
import { ZkChainError } from "../../errors.ts";
import { bigintToWord } from "../abi.ts";
import { type AccountState, NO_CODE_HASH, type StateSource } from "./accountState.ts";
import { Journal } from "./journal.ts";

const NOTHING = new Uint8Array();
const WORD_BYTES = 32;

/** What was written to a state; what isn't there is as it was. */
export type StateWrites = {
  /** Undefined for an account that is gone, and its storage with it. */
  readonly accounts: ReadonlyMap<Address, AccountState | undefined>;
  readonly slots: ReadonlyMap<Address, ReadonlyMap<Hash, bigint>>;
  /** Accounts none of whose storage from before counts any more. */
  readonly cleared: ReadonlyMap<Address, true>;
  /** By keccak256 hash; some may be of contracts whose creation was reverted. */
  readonly codes: ReadonlyMap<Hash, Uint8Array>;
};

/**
 * The state as EthereumJS wants it, over a source that stays as it is: every write stays in here. An account
 * that is empty is no account (EIP-161), and an account's storage root, which a tree of slots doesn't have,
 * is always that of no storage.
 */
export class JournaledState implements StateManagerInterface {
  readonly #source: StateSource;
  readonly #journal = new Journal();
  readonly #accounts = new Map<Address, AccountState | undefined>();
  readonly #slots = new Map<Address, Map<Hash, bigint>>();
  readonly #cleared = new Map<Address, true>();
  readonly #codes = new Map<Hash, Uint8Array>();
  readonly originalStorageCache = new OriginalStorageCache((address, key) =>
    this.getStorage(address, key),
  );

  constructor(source: StateSource) {
    this.#source = source;
  }

  get writes(): StateWrites {
    assert(this.#journal.depth === 0, "a transaction ends outside of checkpoints");
    return {
      accounts: this.#accounts,
      slots: this.#slots,
      cleared: this.#cleared,
      codes: this.#codes,
    };
  }

  /** The source has taken over what was written. */
  forgetWrites(): void {
    for (const map of [this.#accounts, this.#slots, this.#cleared, this.#codes]) map.clear();
    this.originalStorageCache.clear();
  }

  async getAccount(address: EvmAddress): Promise<Account | undefined> {
    const account = this.#account(nameOf(address));
    if (account === undefined) return undefined;
    const { nonce, balance, codeHash, codeSize } = account;
    const codeHashBytes = codeHash === NO_CODE_HASH ? KECCAK256_NULL : ethereumHexToBytes(codeHash);
    // A new one each time: the EVM changes what it gets before it puts it back.
    return new Account(nonce, balance, KECCAK256_RLP, codeHashBytes, codeSize);
  }

  async putAccount(address: EvmAddress, account?: Account): Promise<void> {
    if (account === undefined) return this.deleteAccount(address);
    const codeHash = bytesToHex(account.codeHash);
    const { nonce, balance } = account;
    const name = nameOf(address);
    const codeSize = this.#codeSize(name, codeHash);
    const isEmpty = nonce === 0n && balance === 0n && codeHash === NO_CODE_HASH;
    const state = isEmpty ? undefined : { nonce, balance, codeHash, codeSize };
    this.#journal.put(this.#accounts, name, state);
  }

  async deleteAccount(address: EvmAddress): Promise<void> {
    this.#journal.put(this.#accounts, nameOf(address), undefined);
    await this.clearStorage(address);
  }

  async modifyAccountFields(address: EvmAddress, fields: AccountFields): Promise<void> {
    const account = (await this.getAccount(address)) ?? new Account();
    account.nonce = fields.nonce ?? account.nonce;
    account.balance = fields.balance ?? account.balance;
    account.codeHash = fields.codeHash ?? account.codeHash;
    await this.putAccount(address, account);
  }

  async putCode(address: EvmAddress, code: Uint8Array): Promise<void> {
    const hash = keccak256(code);
    // Named by its content: a revert doesn't have to take it back.
    if (code.length > 0) this.#codes.set(hash, code);
    await this.modifyAccountFields(address, { codeHash: ethereumHexToBytes(hash) });
  }

  async getCode(address: EvmAddress): Promise<Uint8Array> {
    const account = this.#account(nameOf(address));
    if (account === undefined || account.codeSize === 0) return NOTHING;
    return this.#codes.get(account.codeHash) ?? this.#source.code(account.codeHash);
  }

  async getCodeSize(address: EvmAddress): Promise<number> {
    return this.#account(nameOf(address))?.codeSize ?? 0;
  }

  /** @returns the value without leading zeros, as the EVM wants it */
  async getStorage(address: EvmAddress, key: Uint8Array): Promise<Uint8Array> {
    const name = nameOf(address);
    const slot = slotOf(key);
    const written = this.#slots.get(name)?.get(slot);
    const isCleared = this.#cleared.has(name);
    const value = written ?? (isCleared ? 0n : this.#source.slot(name, slot));
    return value === 0n ? NOTHING : unpadBytes(ethereumHexToBytes(bigintToWord(value)));
  }

  /** The EVM writes to accounts that are there only. */
  async putStorage(address: EvmAddress, key: Uint8Array, value: Uint8Array): Promise<void> {
    assert(value.length <= WORD_BYTES, "a storage value is a word");
    const name = nameOf(address);
    let slots = this.#slots.get(name);
    if (slots === undefined) {
      // Without the journal: an empty map says the same as none.
      slots = new Map();
      this.#slots.set(name, slots);
    }
    this.#journal.put(slots, slotOf(key), bytesToBigint(value));
  }

  async clearStorage(address: EvmAddress): Promise<void> {
    const name = nameOf(address);
    const slots = this.#slots.get(name);
    for (const slot of slots?.keys() ?? []) this.#journal.delete(slots as typeof slots & {}, slot);
    this.#journal.put(this.#cleared, name, true);
  }

  async checkpoint(): Promise<void> {
    this.#journal.checkpoint();
  }

  async commit(): Promise<void> {
    this.#journal.commit();
  }

  async revert(): Promise<void> {
    this.#journal.revert();
  }

  clearCaches(): void {
    // There is nothing in here that isn't the state.
  }

  async getStateRoot(): Promise<Uint8Array> {
    return unsupported("getStateRoot", "a root is made where a transaction ends");
  }

  async setStateRoot(): Promise<void> {
    return unsupported("setStateRoot", "a state is one block's");
  }

  async hasStateRoot(): Promise<boolean> {
    return unsupported("hasStateRoot", "a state is one block's");
  }

  async dumpStorage(): Promise<never> {
    return unsupported("dumpStorage", "the tree doesn't know which slots are an account's");
  }

  async dumpStorageRange(): Promise<never> {
    return unsupported("dumpStorageRange", "the tree doesn't know which slots are an account's");
  }

  shallowCopy(): never {
    return unsupported("shallowCopy", "ask for another view");
  }

  #account(name: Address): AccountState | undefined {
    const written = this.#accounts.get(name);
    if (written !== undefined || this.#accounts.has(name)) return written;
    return this.#source.account(name);
  }

  #codeSize(name: Address, codeHash: Hash): number {
    if (codeHash === NO_CODE_HASH) return 0;
    const before = this.#account(name);
    if (before?.codeHash === codeHash) return before.codeSize;
    return (this.#codes.get(codeHash) ?? this.#source.code(codeHash)).length;
  }
}

function nameOf(address: EvmAddress): Address {
  return bytesToHex(address.bytes);
}

function slotOf(key: Uint8Array): Hash {
  assert(key.length === WORD_BYTES, "a storage key is a word");
  return bytesToHex(key);
}

function unsupported(method: string, reason: string): never {
  throw new ZkChainError("INTERNAL", `the state can't do ${method}: ${reason}`);
}
