import { beforeEach, describe, expect, it, vi } from "vitest";
import { HISTORY_BLOCKS, MAX_PENDING_WRITES } from "./limits.ts";
import { StateTree } from "./stateTree.ts";
import { createMemoryStore } from "./store/memoryStore.ts";
import type { StoreChange, StoreGuard, TreeStore } from "./store/treeStore.ts";
import { NEWEST_KEY, nodeId, nodeKey } from "./tree/records.ts";

const coded = (code: string) => expect.objectContaining({ code });
const guardOf = (store: TreeStore): StoreGuard => ({
  key: NEWEST_KEY,
  value: store.get(NEWEST_KEY),
});

let store: TreeStore;
let tree: StateTree;

beforeEach(() => {
  store = createMemoryStore();
  tree = new StateTree(store);
});

function commit(key: bigint, value: bigint): void {
  const fork = tree.fork();
  fork.set(key, value);
  fork.commitBlock(tree.number + 1);
}

function countEntries(): number {
  const last = Uint8Array.of(255);
  let count = 0;
  let from: Uint8Array = Uint8Array.of(0);
  for (;;) {
    const entry = store.atOrAfter(from, last);
    if (entry === undefined) return count;
    count++;
    from = Uint8Array.of(...entry.key, 0);
  }
}

describe("history", () => {
  it("has the last blocks, and no others: VERSION_UNKNOWN", () => {
    const oldView = tree.view();
    const emptyRoot = tree.root;
    for (let i = 0; i < HISTORY_BLOCKS; i++) commit(BigInt(1 + (i % 9)), BigInt(i + 1));
    expect(tree.oldestNumber).toBe(0);
    expect(tree.view(0).get(1n)).toBe(1n);
    expect(tree.view(0).get(2n)).toBe(0n);
    expect(() => oldView.get(1n)).toThrow(coded("VERSION_UNKNOWN"));
    expect(() => oldView.prove(1n)).toThrow(coded("VERSION_UNKNOWN"));
    expect(() => tree.view(emptyRoot)).toThrow(coded("VERSION_UNKNOWN"));
    expect(() => tree.view(tree.number + 1)).toThrow(coded("VERSION_UNKNOWN"));
    expect(() => tree.view(-5)).toThrow(coded("VERSION_UNKNOWN"));
  });

  it("takes no more room the longer it gets", () => {
    for (let i = 0; i < HISTORY_BLOCKS + 9; i++) commit(BigInt(1 + (i % 9)), BigInt(i + 1));
    const entries = countEntries();
    for (let i = 0; i < 90; i++) commit(BigInt(1 + (i % 9)), BigInt(i + 1));
    expect(countEntries()).toBe(entries);
  });

  it("says that a block was taken back: VERSION_UNKNOWN", () => {
    commit(1n, 1n);
    commit(1n, 2n);
    const view = tree.view();
    tree.rollBackTo(0);
    expect(() => view.get(1n)).toThrow(coded("VERSION_UNKNOWN"));
    commit(1n, 3n);
    expect(() => view.get(1n)).toThrow(coded("VERSION_UNKNOWN"));
    expect(() => tree.rollBackTo(5)).toThrow(coded("VERSION_UNKNOWN"));
  });

  it("finds the newest of several blocks with one root", () => {
    commit(1n, 1n);
    commit(1n, 1n);
    expect(tree.view(tree.root).number).toBe(1);
  });
});

describe("a fork", () => {
  it("is seen by nobody else before it is committed", () => {
    const fork = tree.fork();
    fork.set(1n, 1n);
    fork.endTransaction();
    const { root } = fork;
    expect([tree.view().get(1n), tree.number]).toEqual([0n, -1]);
    expect(() => tree.view(root)).toThrow(coded("VERSION_UNKNOWN"));
    expect(fork.commitBlock(0)).toBe(root);
    expect([tree.view(root).get(1n), tree.number]).toEqual([1n, 0]);
  });

  it("of an older state goes on seeing it, and can't be committed: FORK_STALE", () => {
    const [fork, other] = [tree.fork(), tree.fork()];
    fork.set(1n, 1n);
    other.set(2n, 2n);
    fork.commitBlock(0);
    expect([other.get(1n), other.get(2n)]).toEqual([0n, 2n]);
    expect(() => other.commitBlock(1)).toThrow(coded("FORK_STALE"));
  });

  it("is of no use after it was committed: FORK_DONE", () => {
    const fork = tree.fork();
    fork.commitBlock(0);
    expect(() => fork.get(1n)).toThrow(coded("FORK_DONE"));
    expect(() => fork.set(1n, 1n)).toThrow(coded("FORK_DONE"));
    expect(() => fork.checkpoint()).toThrow(coded("FORK_DONE"));
    expect(() => fork.endTransaction()).toThrow(coded("FORK_DONE"));
    expect(() => fork.commitBlock(1)).toThrow(coded("FORK_DONE"));
  });

  it("takes the next number only: NUMBER_GAP", () => {
    const fork = tree.fork();
    expect(() => fork.commitBlock(1)).toThrow(coded("NUMBER_GAP"));
    fork.commitBlock(0);
    expect(() => tree.fork().commitBlock(0)).toThrow(coded("NUMBER_GAP"));
  });

  it("ends checkpoints in pairs: CHECKPOINT_OPEN, CHECKPOINT_MISSING", () => {
    const fork = tree.fork();
    fork.checkpoint();
    expect(() => fork.endTransaction()).toThrow(coded("CHECKPOINT_OPEN"));
    expect(() => fork.commitBlock(0)).toThrow(coded("CHECKPOINT_OPEN"));
    fork.revert();
    expect(() => fork.revert()).toThrow(coded("CHECKPOINT_MISSING"));
    expect(() => fork.commit()).toThrow(coded("CHECKPOINT_MISSING"));
  });

  it.each([
    [0n, 1n],
    [-1n, 1n],
    [2n ** 254n, 1n],
    [1n, -1n],
    [1n, 2n ** 256n],
  ])("refuses key %s with value %s: VALUE_INVALID", (key, value) => {
    expect(() => tree.fork().set(key, value)).toThrow(coded("VALUE_INVALID"));
  });

  it("takes a bounded number of writes: TOO_MANY_WRITES", () => {
    const fork = tree.fork();
    for (let i = 1; i <= MAX_PENDING_WRITES; i++) fork.set(BigInt(i), 0n);
    expect(() => fork.set(2n ** 100n, 0n)).toThrow(coded("TOO_MANY_WRITES"));
    fork.set(1n, 1n);
    fork.commitBlock(0);
    expect(tree.view().leafCount).toBe(2);
  });
});

describe("a store that fails", () => {
  it("leaves the tree at the block before", () => {
    commit(1n, 1n);
    const { root } = tree;
    const broken = new StateTree({
      get: (key) => store.get(key),
      atOrBefore: (key, from) => store.atOrBefore(key, from),
      atOrAfter: (key, to) => store.atOrAfter(key, to),
      write: (_: readonly StoreChange[]) => {
        throw new Error("no room");
      },
      close: () => store.close(),
    });
    const fork = broken.fork();
    fork.set(1n, 2n);
    expect(() => fork.commitBlock(1)).toThrow("no room");
    expect([broken.root, broken.number, broken.view().get(1n)]).toEqual([root, 0, 1n]);
  });

  it("notices somebody else's block: STORE_CONFLICT", () => {
    const other = new StateTree(store);
    commit(1n, 1n);
    expect(() => other.fork().commitBlock(0)).toThrow(coded("STORE_CONFLICT"));
  });

  it.each<[string, () => StoreChange]>([
    ["another format", () => ({ key: NEWEST_KEY, value: Uint8Array.of(9, 0, 0, 0, 0, 0, 1) })],
    ["a cut-off record", () => ({ key: NEWEST_KEY, value: Uint8Array.of(1) })],
    ["no newest version", () => ({ key: NEWEST_KEY, value: Uint8Array.of(1, 0, 0, 0, 0, 0, 9) })],
    ["no node", () => ({ key: nodeKey(nodeId(31, 0)), value: undefined })],
    ["another node", () => ({ key: nodeKey(nodeId(31, 0)), value: new Uint8Array(32) })],
  ])("that has %s is refused: STORE_CORRUPT", (_, change) => {
    commit(1n, 1n);
    store.write([change()], guardOf(store));
    expect(() => new StateTree(store)).toThrow(coded("STORE_CORRUPT"));
  });
});

describe("an old version", () => {
  it("proves absence quickly where later blocks have added many leaves in a row", () => {
    commit(1n, 1n);
    const old = tree.view();
    const reads = vi.spyOn(store, "get");
    for (let block = 1; block <= 3; block++) {
      const fork = tree.fork();
      for (let i = 1; i <= 500; i++) fork.set(BigInt(block * 1000 + i), 1n);
      fork.commitBlock(block);
    }
    reads.mockClear();
    const proof = old.prove(9_999n);
    expect([BigInt(proof.leafKey), BigInt(proof.nextKey)]).toEqual([1n, 0n]);
    // siblings, and a leaf for each later block at most
    expect(reads.mock.calls.length).toBeLessThan(10);
  });
});
