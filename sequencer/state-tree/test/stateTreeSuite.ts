import { fieldToHash, type Hash, verifyStateProof } from "@weft/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type StateFork, StateTree, type TreeStore } from "../src/index.ts";
import { ReferenceTree, TEST_KEYS, TEST_VALUES } from "./referenceTree.ts";

type Step =
  | { readonly do: "set"; readonly key: bigint; readonly value: bigint }
  | { readonly do: "checkpoint" | "commit" | "revert" };
type Transaction = readonly Step[];
type Block = readonly Transaction[];

const key = fc.constantFrom(...TEST_KEYS);
const value = fc.constantFrom(...TEST_VALUES);
const setStep = fc.record({ do: fc.constant("set" as const), key, value });
const checkpointStep = fc.record({ do: fc.constantFrom("checkpoint", "commit", "revert") });
const step = fc.oneof({ weight: 3, arbitrary: setStep }, { weight: 2, arbitrary: checkpointStep });
const transaction: fc.Arbitrary<Transaction> = fc.array(step as fc.Arbitrary<Step>, {
  maxLength: 15,
});
const block: fc.Arbitrary<Block> = fc.array(transaction, { maxLength: 5 });
const writes = fc.array(fc.tuple(key, value), { maxLength: 25 });

/** Runs a transaction on the fork and on a stack of maps. @returns what the maps say was written */
function runTransaction(
  fork: StateFork,
  reference: ReferenceTree,
  steps: Transaction,
): Map<bigint, bigint> {
  const stack: Map<bigint, bigint>[] = [new Map()];
  const top = () => stack.at(-1) as Map<bigint, bigint>;
  const end = (keep: boolean) => {
    const ended = stack.pop() as Map<bigint, bigint>;
    if (keep) fork.commit();
    else fork.revert();
    if (keep) stack[stack.length - 1] = ended;
  };
  for (const one of steps) {
    if (one.do === "set") {
      fork.set(one.key, one.value);
      top().set(one.key, one.value);
      expect(fork.get(one.key)).toBe(one.value);
    } else if (one.do === "checkpoint") {
      fork.checkpoint();
      stack.push(new Map(top()));
    } else if (stack.length > 1) end(one.do === "commit");
  }
  while (stack.length > 1) end(stack.length % 2 === 0);
  for (const probe of TEST_KEYS) {
    expect(fork.get(probe)).toBe(top().get(probe) ?? reference.get(probe));
  }
  return top();
}

/** A verification takes some 7 ms: of so many keys it is done, others each time. */
const VERIFIED = 3;

function expectProofs(tree: StateTree, at: number, values: ReadonlyMap<bigint, bigint>): void {
  const view = tree.view(at);
  const first = (tree.view().leafCount + at + 1) * VERIFIED;
  const verified = Array.from({ length: VERIFIED }, (_, i) => (first + i) % values.size);
  [...values].forEach(([probe, expected], i) => {
    expect(view.get(probe)).toBe(expected);
    const proof = view.prove(probe);
    if (!verified.includes(i)) return;
    const trusted = { root: view.root, key: fieldToHash(probe) };
    expect(verifyStateProof(trusted, proof)).toBe(expected);
  });
}

function commit(tree: StateTree, entries: Iterable<readonly [bigint, bigint]>): void {
  const fork = tree.fork();
  for (const [k, v] of entries) fork.set(k, v);
  fork.commitBlock(tree.number + 1);
}

/** What a tree has to do on every store. @param reopen opens what was closed; the same, where nothing lasts */
export function stateTreeSuite(
  name: string,
  open: () => TreeStore,
  reopen?: (store: TreeStore) => Promise<TreeStore>,
): void {
  describe(`state tree, ${name}`, () => {
    it("is what the specification says, after every transaction", async () => {
      const check = async (blocks: readonly Block[]) => {
        const reference = new ReferenceTree();
        let store = open();
        let tree = new StateTree(store);
        expect(tree.root).toBe(fieldToHash(reference.root()));
        for (const transactions of blocks) {
          const fork = tree.fork();
          const roots: Hash[] = [];
          for (const [index, steps] of transactions.entries()) {
            reference.applyTransaction(runTransaction(fork, reference, steps));
            fork.endTransaction();
            roots.push(fieldToHash(reference.root()));
            // whether roots are asked for one by one or together doesn't change them
            if (index % 3 === 2) expect(fork.root).toBe(roots.at(-1));
          }
          expect(fork.roots).toEqual(roots);
          fork.commitBlock(tree.number + 1);
          if (reopen !== undefined) {
            store = await reopen(store);
            tree = new StateTree(store);
          }
          expect(tree.root).toBe(fieldToHash(reference.root()));
          expect(tree.view().leafCount).toBe(reference.leaves.length);
        }
        expectProofs(tree, tree.number, new Map(TEST_KEYS.map((k) => [k, reference.get(k)])));
        await tree.close();
      };
      await fc.assert(fc.asyncProperty(fc.array(block, { maxLength: 4 }), check), { numRuns: 20 });
    });

    it("has the same root whatever order a transaction's writes were made in", async () => {
      const check = async (before: [bigint, bigint][], one: [bigint, bigint][]) => {
        const last = new Map(one);
        const orders = [last.entries(), [...last].reverse(), [...one]];
        const roots = [];
        for (const order of orders) {
          const tree = new StateTree(open());
          commit(tree, before);
          commit(tree, order);
          roots.push(tree.root);
          await tree.close();
        }
        expect(new Set(roots).size).toBe(1);
      };
      await fc.assert(fc.asyncProperty(writes, writes, check), { numRuns: 10 });
    });

    it("stores the same whatever transactions the writes were made in", async () => {
      const check = async (all: [bigint, bigint][]) => {
        const trees = [new StateTree(open()), new StateTree(open())] as const;
        commit(trees[0], all);
        for (const entry of all) commit(trees[1], [entry]);
        for (const probe of TEST_KEYS) {
          expect(trees[1].view().get(probe)).toBe(trees[0].view().get(probe));
        }
        for (const tree of trees) await tree.close();
      };
      await fc.assert(fc.asyncProperty(writes, check), { numRuns: 10 });
    });

    it("reads and proves what every block of the history left", async () => {
      const check = async (blocks: [bigint, bigint][][]) => {
        const tree = new StateTree(open());
        const states = [new Map(TEST_KEYS.map((k) => [k, 0n]))];
        const early = tree.view();
        for (const entries of blocks) {
          commit(tree, entries);
          states.push(new Map([...(states.at(-1) ?? []), ...entries]));
        }
        states.forEach((state, i) => {
          expectProofs(tree, i - 1, state);
        });
        expect(TEST_KEYS.map((k) => early.get(k))).toEqual(TEST_KEYS.map(() => 0n));
        await tree.close();
      };
      await fc.assert(fc.asyncProperty(fc.array(writes, { maxLength: 5 }), check), { numRuns: 10 });
    });

    it("goes back to a block as if nothing had come after it", async () => {
      const check = async (
        blocks: [bigint, bigint][][],
        cut: number,
        after: [bigint, bigint][],
      ) => {
        const kept = Math.min(cut, blocks.length);
        const [tree, other] = [new StateTree(open()), new StateTree(open())];
        for (const entries of blocks) commit(tree, entries);
        for (const entries of blocks.slice(0, kept)) commit(other, entries);
        tree.rollBackTo(kept - 1);
        expect([tree.number, tree.root]).toEqual([other.number, other.root]);
        commit(tree, after);
        commit(other, after);
        expect(tree.root).toBe(other.root);
        for (let at = -1; at <= kept; at++) {
          for (const probe of TEST_KEYS) {
            expect(tree.view(at).prove(probe)).toEqual(other.view(at).prove(probe));
          }
        }
        await tree.close();
        await other.close();
      };
      const blocks = fc.array(writes, { maxLength: 4 });
      await fc.assert(fc.asyncProperty(blocks, fc.nat({ max: 4 }), writes, check), { numRuns: 10 });
    });
  });
}
