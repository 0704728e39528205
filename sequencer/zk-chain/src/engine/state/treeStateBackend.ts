import type { StateManagerInterface } from "@ethereumjs/common";
import {
  type Address,
  assert,
  type ChainNumber,
  encodeBasicData,
  type Hash,
  STATE_LEAF,
} from "@weft/protocol";
import { hashCode, StateTree, type StateFork as TreeFork, type TreeStore } from "@weft/state-tree";
import { type AccountState, NO_CODE_HASH } from "./accountState.ts";
import { JournaledState, type StateWrites } from "./journaledState.ts";
import { LeafKeys } from "./leafKeys.ts";
import type { StateBackend, StateFork } from "./stateBackend.ts";
import { TreeSource } from "./treeSource.ts";

/** The state in an indexed Merkle tree, with a root after every transaction. */
export class TreeStateBackend implements StateBackend {
  readonly #tree: StateTree;
  readonly #keys = new LeafKeys();
  readonly #codes = new Map<Hash, Uint8Array>();

  /** @throws StateTreeError as `StateTree` */
  constructor(store: TreeStore) {
    this.#tree = new StateTree(store);
  }

  async fork(): Promise<StateFork> {
    const newCodes = new Map<Hash, Uint8Array>();
    const codeOf = (hash: Hash) => newCodes.get(hash) ?? this.#codes.get(hash);
    return new TreeBlock(this.#tree.fork(), this.#keys, newCodes, codeOf, (number, fork) => {
      for (const [hash, code] of newCodes) this.#codes.set(hash, code);
      fork.commitBlock(number);
    });
  }

  async view(root: Hash): Promise<StateManagerInterface> {
    const codeOf = (hash: Hash) => this.#codes.get(hash);
    return new JournaledState(new TreeSource(this.#tree.view(root), this.#keys, codeOf));
  }
}

/** One block's state, over the newest tree. */
class TreeBlock implements StateFork {
  readonly state: JournaledState;
  readonly #fork: TreeFork;
  readonly #keys: LeafKeys;
  readonly #source: TreeSource;
  readonly #newCodes: Map<Hash, Uint8Array>;
  readonly #commit: (number: ChainNumber, fork: TreeFork) => void;

  constructor(
    fork: TreeFork,
    keys: LeafKeys,
    newCodes: Map<Hash, Uint8Array>,
    codeOf: (hash: Hash) => Uint8Array | undefined,
    commit: (number: ChainNumber, fork: TreeFork) => void,
  ) {
    this.#fork = fork;
    this.#keys = keys;
    this.#newCodes = newCodes;
    this.#commit = commit;
    this.#source = new TreeSource(fork, keys, codeOf);
    this.state = new JournaledState(this.#source);
  }

  get root(): Hash {
    return this.#fork.root;
  }

  async endTransaction(): Promise<Hash> {
    this.#writeLeaves(this.state.writes);
    this.state.forgetWrites();
    this.#source.forget();
    return this.#fork.endTransaction();
  }

  async commit(number: ChainNumber): Promise<void> {
    this.#commit(number, this.#fork);
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
    if (hasCode) this.#newCodes.set(hash, code);
    const { codeKeccak, codePoseidon2 } = STATE_LEAF;
    this.#fork.set(this.#keys.code(address, codeKeccak), hasCode ? BigInt(hash) : 0n);
    this.#fork.set(this.#keys.code(address, codePoseidon2), hashCode(code));
  }
}
