import { setImmediate as nextTurn } from "node:timers/promises";
import { assert, hexToBytes } from "@weft/protocol";
import type { CommitEntry } from "./groupCommitStore.ts";
import type { LmdbFiles } from "./lmdbFiles.ts";
import { encodePlace, wrapBlock } from "./storedValues.ts";

/**
 * Writes blocks and their index entries in one transaction; resolves when it has been synced to disk.
 * Rejects with whatever went wrong; then none of it was written.
 */
export async function commitBlocks(
  files: LmdbFiles,
  entries: readonly CommitEntry[],
): Promise<void> {
  const [first] = entries;
  assert(first !== undefined, "a commit has blocks");
  // The condition holds off a second process on the same directory: one of the two fails, and no
  // block is ever overwritten.
  const committed = files.blocks.ifNoExists(first.block.header.height, () => {
    for (const { block, encoded } of entries) {
      const { height, chainId, number } = block.header;
      // Each of these rejects along with the transaction, which is awaited below.
      const hashKey = hexToBytes(block.hash);
      const numberKey: [number, number] = [chainId, number];
      files.blocks.put(height, wrapBlock(encoded)).catch(() => {});
      files.hashes.put(hashKey, encodePlace(hashKey, height)).catch(() => {});
      files.numbers.put(numberKey, encodePlace(numberKey, height)).catch(() => {});
    }
  });
  let free: boolean;
  try {
    free = await committed;
  } catch (error) {
    throw await rootCause(error);
  }
  if (!free) throw new Error(`another process wrote height ${first.block.header.height}`);
}

/** lmdb rejects with a general error whose `commitError` is a promise that rejects with the real one. */
async function rootCause(error: unknown): Promise<unknown> {
  const { commitError } = error as { commitError?: Promise<never> };
  if (commitError === undefined) return error;
  const real = commitError.catch((cause: unknown) => cause);
  return Promise.race([real, nextTurn(error)]);
}
