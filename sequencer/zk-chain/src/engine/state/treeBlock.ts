import { type Address, assert, encodeBasicData, type Hash, STATE_LEAF } from "@weft/protocol";
import { hashCode, type StateFork as TreeFork } from "@weft/state-tree";
import { type AccountState, NO_CODE_HASH } from "./accountState.ts";
import { JournaledState, type StateWrites } from "./journaledState.ts";
import type { LeafKeys } from "./leafKeys.ts";
import { TreeSource } from "./treeSource.ts";

/** One block's state: what its transactions write becomes leaves of the tree when they end. */
export class TreeBlock {
  readonly state: JournaledState;
  /** By keccak256 hash: what the block's accounts have and didn't have before. */
  readonly newCodes = new Map<Hash, Uint8Array>();
  readonly #fork: TreeFork;
  readonly #keys: LeafKeys;
  readonly #source: TreeSource;

  constructor(fork: TreeFork, keys: LeafKeys, codeOf: (hash: Hash) => Uint8Array | undefined) {
    this.#fork = fork;
    this.#keys = keys;
    this.#source = new TreeSource(fork, keys, (hash) => this.newCodes.get(hash) ?? codeOf(hash));
    this.state = new JournaledState(this.#source);
  }

  endTransaction(): void {
    this.#writeLeaves(this.state.writes);
    this.state.forgetWrites();
    this.#source.forget();
    this.#fork.endTransaction();
  }

  #writeLeaves({ accounts, slots, cleared, codes }: StateWrites): void {
    for (const address of cleared.keys()) this.#assertFresh(address);
    for (const [address, account] of accounts) {
      const packed = account === undefined ? 0n : encodeBasicData(account);
      this.#fork.set(this.#keys.basicData(address), packed);
      this.#writeCode(address, account, codes);
    }
    for (const [address, written] of slots) {
      for (const [slot, value] of written) {
        this.#fork.set(this.#keys.storage(address, slot), value);
      }
    }
  }

  /**
   * Slots that were written in an earlier transaction can't be found to be cleared. Nobody asks for that:
   * only a new account's storage is cleared (EIP-6780), and what could be new can't have had any.
   */
  #assertFresh(address: Address): void {
    const before = this.#source.account(address);
    const isFresh = before === undefined || (before.nonce === 0n && before.codeSize === 0);
    assert(isFresh, "only a new account's storage is cleared");
  }

  #writeCode(
    address: Address,
    account: AccountState | undefined,
    codes: StateWrites["codes"],
  ): void {
    const hash = account?.codeHash ?? NO_CODE_HASH;
    if (hash === (this.#source.account(address)?.codeHash ?? NO_CODE_HASH)) return;
    const hasCode = hash !== NO_CODE_HASH;
    const code = hasCode ? (codes.get(hash) ?? this.#source.code(hash)) : new Uint8Array();
    if (hasCode) this.newCodes.set(hash, code);
    const { codeKeccak, codePoseidon2 } = STATE_LEAF;
    this.#fork.set(this.#keys.code(address, codeKeccak), hasCode ? BigInt(hash) : 0n);
    this.#fork.set(this.#keys.code(address, codePoseidon2), hashCode(code));
  }
}
