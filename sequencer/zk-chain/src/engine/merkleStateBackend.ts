import type { Common } from "@ethereumjs/common";
import { createMPT } from "@ethereumjs/mpt";
import { MerkleStateManager } from "@ethereumjs/statemanager";
import { hexToBytes as ethereumHexToBytes, MapDB, ValueEncoding } from "@ethereumjs/util";
import { bytesToHex, type Hash } from "@weft/protocol";
import type { StateBackend } from "./stateBackend.ts";

/**
 * EthereumJS's own Merkle Patricia trie, in memory. Nodes are addressed by their content and never
 * deleted, so every committed root stays readable, and memory grows with every write.
 */
export async function createMerkleStateBackend(common: Common): Promise<StateBackend> {
  const trie = await createMPT({
    common,
    db: new MapDB(),
    useKeyHashing: true,
    valueEncoding: ValueEncoding.Bytes,
  });
  // No caches: they double the speed, but one state less has to be right about checkpoints.
  const base = new MerkleStateManager({ common, trie });

  const view = async (root: Hash) => {
    const state = base.shallowCopy();
    await state.setStateRoot(ethereumHexToBytes(root));
    return state;
  };
  return {
    emptyRoot: bytesToHex(trie.EMPTY_TRIE_ROOT),
    view,
    async fork(parentRoot) {
      const state = await view(parentRoot);
      // Holds the block's trie nodes back from the database that all copies share.
      await state.checkpoint();
      const root = async () => bytesToHex(await state.getStateRoot());
      return {
        state,
        root,
        async commit() {
          await state.commit();
          // Fails where the nodes aren't in the database, such as after an unbalanced checkpoint.
          await view(await root());
        },
      };
    },
  };
}
