import type { Block } from "@weft/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { type BlockFiles, GroupCommitStore } from "./groupCommitStore.ts";
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
