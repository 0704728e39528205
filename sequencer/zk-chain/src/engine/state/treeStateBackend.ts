import type { StateManagerInterface } from "@ethereumjs/common";
import { type Address, type ChainNumber, type Hash, STATE_LEAF } from "@weft/protocol";
import { StateTree, type TreeStore } from "@weft/state-tree";
import { SharedStore } from "../store/sharedStore.ts";
import { codeKey, type RecordReader, type StoreChange } from "../store/tables.ts";
import { Codes } from "./codes.ts";
import { JournaledState } from "./journaledState.ts";
import { LeafKeys } from "./leafKeys.ts";
import type { LeafProofs, StateBackend, StateFork } from "./stateBackend.ts";
import { TreeBlock } from "./treeBlock.ts";
import { TreeSource } from "./treeSource.ts";

const BEFORE_FIRST_BLOCK = -1;

/** The state in an indexed Merkle tree, with a root after every transaction. */
export class TreeStateBackend implements StateBackend {
  readonly #store: SharedStore;
  readonly #tree: StateTree;
  readonly #keys = new LeafKeys();
  readonly #codes: Codes;

  /** @param store belongs to the backend from now on. @throws StateTreeError as `StateTree` */
  constructor(store: TreeStore) {
    this.#store = new SharedStore(store);
    this.#tree = new StateTree(this.#store);
    this.#codes = new Codes(this.#store);
  }

  get records(): RecordReader {
    return this.#store;
  }

  async fork(): Promise<StateFork> {
    const fork = this.#tree.fork();
    const block = new TreeBlock(fork, this.#keys, (hash) => this.#codes.get(hash));
    const commit = async (number: ChainNumber, records: readonly StoreChange[]) => {
      const codes = [...block.newCodes].map(([hash, code]) => ({
        key: codeKey(hash),
        value: code,
      }));
      this.#store.writeBeside([...codes, ...records], () => fork.commitBlock(number));
    };
    return {
      state: block.state,
      parentRoot: fork.root,
      endTransaction: async () => block.endTransaction(),
      roots: async () => fork.roots,
      commit,
    };
  }

  async view(root: Hash): Promise<StateManagerInterface> {
    const codeOf = (hash: Hash) => this.#codes.get(hash);
    return new JournaledState(new TreeSource(this.#tree.view(root), this.#keys, codeOf));
  }

  async prove(root: Hash, address: Address, slots: readonly Hash[]): Promise<LeafProofs> {
    const view = this.#tree.view(root);
    const keys = this.#keys;
    return {
      basicData: view.prove(keys.basicData(address)),
      codeKeccak: view.prove(keys.code(address, STATE_LEAF.codeKeccak)),
      codePoseidon2: view.prove(keys.code(address, STATE_LEAF.codePoseidon2)),
      storage: slots.map((slot) => view.prove(keys.storage(address, slot))),
    };
  }

  async rollBackTo(
    number: ChainNumber | undefined,
    records: readonly StoreChange[],
  ): Promise<void> {
    const to = number ?? BEFORE_FIRST_BLOCK;
    this.#store.writeBeside(records, () => this.#tree.rollBackTo(to));
  }

  close(): Promise<void> {
    return this.#tree.close();
  }
}
