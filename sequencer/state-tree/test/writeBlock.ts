import { hashToField, type StateTree } from "../src/index.ts";

const KEYS = 50;
const KEYS_A_BLOCK = 8;

/** Commits the next of a sequence of blocks that are the same in every process. */
export function writeBlock(tree: StateTree): void {
  const fork = tree.fork();
  const number = tree.number + 1;
  for (let i = 0; i < KEYS_A_BLOCK; i++) {
    const key = hashToField([BigInt((number * KEYS_A_BLOCK + i * i) % KEYS) + 1n]);
    fork.set(key, BigInt(number + i));
  }
  fork.commitBlock(number);
}
