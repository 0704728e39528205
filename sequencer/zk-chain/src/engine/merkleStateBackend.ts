import type { Common } from "@ethereumjs/common";
import { createMPT } from "@ethereumjs/mpt";
import { MerkleStateManager } from "@ethereumjs/statemanager";
import { hexToBytes as ethereumHexToBytes, MapDB, ValueEncoding } from "@ethereumjs/util";
import { bytesToHex, type Hash } from "@weft/protocol";
import type { StateBackend } from "./stateBackend.ts";

type Nodes = Map<string, Uint8Array>;

/**
 * What is written stays in here. Without it, whoever may call could fill the memory for good, since
 * the trie's store takes code and nodes at once and never gives them up.
 */
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
 * EthereumJS's own Merkle Patricia trie, in memory. Nodes are addressed by their content and never
 * deleted, so every committed root stays readable, and memory grows with every write.
 */
export async function createMerkleStateBackend(common: Common): Promise<StateBackend> {
  const nodes: Nodes = new Map();
  const openTrie = (over: Nodes) =>
    createMPT({
      common,
      db: new MapDB(over),
      useKeyHashing: true,
      valueEncoding: ValueEncoding.Bytes,
    });
  const { EMPTY_TRIE_ROOT } = await openTrie(nodes);

  const stateAt = async (root: Hash, over: Nodes) => {
    // No caches: they double the speed, but one state less has to be right about checkpoints.
    const state = new MerkleStateManager({ common, trie: await openTrie(over) });
    await state.setStateRoot(ethereumHexToBytes(root));
    return state;
  };
  return {
    emptyRoot: bytesToHex(EMPTY_TRIE_ROOT),
    view: (root) => stateAt(root, new OverlayNodes(nodes)),
    async fork(parentRoot) {
      const state = await stateAt(parentRoot, nodes);
      // Holds the block's trie nodes back from the database that all copies share.
      await state.checkpoint();
      const root = async () => bytesToHex(await state.getStateRoot());
      return {
        state,
        root,
        async commit() {
          await state.commit();
          // Fails where the nodes aren't in the database, such as after an unbalanced checkpoint.
          await stateAt(await root(), nodes);
        },
      };
    },
  };
}
