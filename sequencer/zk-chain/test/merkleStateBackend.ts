import { createMPT } from "@ethereumjs/mpt";
import { MerkleStateManager } from "@ethereumjs/statemanager";
import { hexToBytes as ethereumHexToBytes, MapDB, ValueEncoding } from "@ethereumjs/util";
import { createCommon } from "@weft/ethereum";
import { bytesToHex, type ChainId, type Hash } from "@weft/protocol";
import { createMemoryStore } from "@weft/state-tree";
import type { StateBackend } from "../src/engine/state/stateBackend.ts";

/** Nothing is ever written under it. */
const NO_KEY = Uint8Array.of(0);

type Nodes = Map<string, Uint8Array>;

/** What is written stays in here: the trie's store takes code and nodes at once, and never gives them up. */
class OverlayNodes extends Map<string, Uint8Array> {
  readonly #below: Nodes;

  constructor(below: Nodes) {
    super();
    this.#below = below;
  }

  override get(key: string): Uint8Array | undefined {
    return super.get(key) ?? this.#below.get(key);
  }
}

/**
 * EthereumJS's own Merkle Patricia trie, in memory: what the state tree is compared with. Nodes are never
 * deleted, so memory grows with every write.
 */
export async function createMerkleStateBackend(chainId: ChainId): Promise<StateBackend> {
  const common = createCommon(chainId);
  const nodes: Nodes = new Map();
  const openTrie = (over: Nodes) =>
    createMPT({
      common,
      db: new MapDB(over),
      useKeyHashing: true,
      valueEncoding: ValueEncoding.Bytes,
    });
  let newest = bytesToHex((await openTrie(nodes)).EMPTY_TRIE_ROOT);

  const stateAt = async (root: Hash, over: Nodes) => {
    const state = new MerkleStateManager({ common, trie: await openTrie(over) });
    await state.setStateRoot(ethereumHexToBytes(root));
    return state;
  };
  const records = createMemoryStore();
  return {
    records,
    view: (root) => stateAt(root, new OverlayNodes(nodes)),
    async fork() {
      const state = await stateAt(newest, nodes);
      // Holds the block's trie nodes back from the database that all copies share.
      await state.checkpoint();
      const roots: Hash[] = [];
      const readRoot = async () => bytesToHex(await state.getStateRoot());
      return {
        state,
        parentRoot: newest,
        async endTransaction() {
          roots.push(await readRoot());
        },
        roots: async () => roots,
        async commit(_number, changes) {
          await state.commit();
          newest = await readRoot();
          records.write(changes, { key: NO_KEY, value: undefined });
        },
      };
    },
    prove: () => Promise.reject(new Error("only the tree proves")),
    rollBackTo: () => Promise.reject(new Error("only the tree goes back")),
    close: () => records.close(),
  };
}
