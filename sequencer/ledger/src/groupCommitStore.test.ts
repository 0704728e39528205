import type { Block } from "@weft/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { CommitClock } from "./commitPace.ts";
import { type BlockFiles, GroupCommitStore } from "./groupCommitStore.ts";
import { COMMIT_INTERVAL_MS } from "./limits.ts";
import { FAST, linkedBlocks } from "./testBlocks.ts";

/** A disk that takes so many commits and then none; what it was given when it failed isn't on it. */
class FailingDisk implements BlockFiles {
  readonly stored = undefined;
  readonly blocks: Block[] = [];
  commitsLeft: number;
  isWriting = false;

  constructor(commits: number) {
    this.commitsLeft = commits;
  }

  async commit(entries: Parameters<BlockFiles["commit"]>[0]): Promise<void> {
    expect(this.isWriting).toBe(false);
    this.isWriting = true;
    for (let turn = 0; turn < 3; turn++) await Promise.resolve();
    this.isWriting = false;
    if (this.commitsLeft-- <= 0) throw new Error("no room");
    this.blocks.push(...entries.map(({ block }) => block));
  }

  byHeight = (height: number) => this.blocks[height];
  byNumber = () => undefined;
  byHash = () => undefined;
  close = async () => {};
}

const blocks = linkedBlocks(new Array(60).fill(FAST));

it("whenever the disk fails, what was acknowledged is on it, in order, and nothing is after", async () => {
  const groups = fc.array(fc.integer({ min: 1, max: 6 }), { minLength: 1, maxLength: 10 });
  await fc.assert(
    fc.asyncProperty(groups, fc.nat({ max: 8 }), fc.boolean(), async (sizes, commits, waits) => {
      const disk = new FailingDisk(commits);
      const store = new GroupCommitStore(disk);
      const acknowledged: Block[] = [];
      const codes: string[] = [];
      let failures = 0;
      store.listen({ durable: () => {}, failed: () => failures++ });
      let next = 0;
      const append = async (block: Block): Promise<void> => {
        try {
          await store.append(block);
          expect(disk.blocks).toContain(block);
          acknowledged.push(block);
        } catch (error) {
          codes.push((error as { code: string }).code);
        }
      };
      const all: Promise<void>[] = [];
      for (const size of sizes) {
        for (let count = 0; count < size; count++) all.push(append(blocks[next++] as Block));
        if (waits) await Promise.all(all);
        else await Promise.resolve();
      }
      await Promise.all(all);
      expect(acknowledged).toEqual(blocks.slice(0, acknowledged.length));
      expect(disk.blocks).toEqual(acknowledged);
      expect(codes).toEqual(new Array(next - acknowledged.length).fill("STORE_FAILED"));
      const durable = acknowledged.length === 0 ? undefined : acknowledged.length - 1;
      expect(store.durableHeight()).toBe(durable);
      expect(failures).toBe(codes.length > 0 ? 1 : 0);
      const closing = store.close();
      if (failures === 0) await closing;
      else await expect(closing).rejects.toMatchObject({ code: "STORE_FAILED" });
    }),
  );
});

/** A store on a clock of its own, and when its commits began. */
function createPacedStore() {
  let nowMs = 0;
  const alarms = new Set<{ readonly atMs: number; readonly run: () => void }>();
  const clock: CommitClock = {
    monotonicMs: () => nowMs,
    after(delayMs, run) {
      const alarm = { atMs: nowMs + delayMs, run };
      alarms.add(alarm);
      return () => alarms.delete(alarm);
    },
  };
  const disk = new FailingDisk(Infinity);
  const commits: { readonly atMs: number; readonly heights: readonly number[] }[] = [];
  const files: BlockFiles = {
    ...{ stored: undefined, byHeight: disk.byHeight, byNumber: disk.byNumber },
    ...{ byHash: disk.byHash, close: disk.close },
    commit(entries) {
      commits.push({ atMs: nowMs, heights: entries.map(({ block }) => block.header.height) });
      return disk.commit(entries);
    },
  };
  /** Lets a millisecond pass, and whatever follows from it. */
  const step = async () => {
    nowMs++;
    for (const alarm of [...alarms]) {
      if (alarm.atMs > nowMs) continue;
      alarms.delete(alarm);
      alarm.run();
    }
    for (let turn = 0; turn < 20; turn++) await Promise.resolve();
  };
  const store = new GroupCommitStore(files, clock);
  const append = (height: number, canWait: boolean) =>
    store.append(blocks[height] as Block, { canWait });
  return { store, commits, append, step, alarms };
}

it("commits what can wait in groups, an interval apart", async () => {
  const { store, commits, append, step } = createPacedStore();
  for (let ms = 0; ms < 6 * COMMIT_INTERVAL_MS; ms++) {
    if (ms % 20 === 0) void append(ms / 20, true);
    await step();
  }
  await store.close();
  const gaps = commits.slice(1).map(({ atMs }, index) => atMs - (commits[index]?.atMs ?? 0));
  expect(new Set(gaps.slice(0, -1))).toEqual(new Set([COMMIT_INTERVAL_MS]));
  expect(commits.flatMap(({ heights }) => heights)).toEqual(
    Array.from({ length: 15 }, (_, height) => height),
  );
});

it("commits at once after a rest, and for whoever waits", async () => {
  const { store, commits, append, step, alarms } = createPacedStore();
  await append(0, true);
  void append(1, true);
  await step();
  expect(commits.map(({ atMs }) => atMs)).toEqual([0]);
  await append(2, false);
  expect(commits.at(-1)).toEqual({ atMs: 1, heights: [1, 2] });
  const waiting = append(3, true);
  await step();
  expect(commits).toHaveLength(2);
  store.hurry();
  await waiting;
  expect(commits.at(-1)).toEqual({ atMs: 2, heights: [3] });
  const last = append(4, true);
  await store.close();
  await last;
  expect(commits.at(-1)).toEqual({ atMs: 2, heights: [4] });
  expect(alarms.size).toBe(0);
});
