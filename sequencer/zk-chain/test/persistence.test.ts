import { fork } from "node:child_process";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Block, chainNumber, timestampMs } from "@weft/protocol";
import { afterEach, describe, expect, it } from "vitest";
import { type ClosableEngine, createZkEngine, storeOnDisk } from "../src/engine/engine.ts";
import { startZkChain } from "../src/startZkChain.ts";
import { alice, bob, carol, codeOf, lowerCase, START_MS, sign } from "../src/testChain.ts";
import type { ZkEngine } from "../src/types.ts";
import { everyKindOfBlock, tellAll } from "./everyKindOfBlock.ts";

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "weft-zk-chain-"));
  cleanUp.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

function openEngine(dir: string): ClosableEngine {
  const ignore = () => {};
  const events = { onPending: ignore, onCommitted: ignore, onDropped: ignore };
  const engine = createZkEngine(events, storeOnDisk(dir));
  cleanUp.push(() => engine.close());
  return engine;
}

async function executeAll(engine: ZkEngine, blocks: readonly Block[]): Promise<void> {
  for (const block of blocks) await engine.execute(block);
}

describe("a chain on disk", () => {
  it("goes on where it ended, without a replay", async () => {
    const chain = await everyKindOfBlock();
    const { blocks } = chain.ledger;
    const dir = temporaryDir();
    const first = openEngine(dir);
    await executeAll(first, blocks.slice(0, 4));
    await first.close();

    const second = openEngine(dir);
    expect((await second.newest())?.number).toBe(3);
    await executeAll(second, blocks.slice(4));
    expect(await tellAll(second, 5)).toEqual(await tellAll(chain.engine, 5));
    expect(await second.depositsFrom(1n)).toMatchObject([{ nonce: 1n }, { nonce: 2n }]);
    await second.close();

    const third = openEngine(dir);
    expect(await tellAll(third, 5)).toEqual(await tellAll(chain.engine, 5));
    await third.submit(await sign(bob, { nonce: 2, to: carol.address, value: 1n }));
    const input = { timestampMs: timestampMs(START_MS + 60_000), releases: [] };
    await chain.engine.submit(await sign(bob, { nonce: 2, to: carol.address, value: 1n }));
    expect(await third.build(input)).toEqual(await chain.engine.build(input));
    expect(await codeOf(openEngine(temporaryDir()).submit(new Uint8Array()))).toBe("NO_GENESIS");
  });

  it("is whole after every block, should the process die there", async () => {
    const { ledger, engine } = await everyKindOfBlock();
    const dir = temporaryDir();
    const running = openEngine(dir);
    for (const [number, block] of ledger.blocks.entries()) {
      await running.execute(block);
      const copy = join(temporaryDir(), "copy");
      cpSync(dir, copy, { recursive: true });
      const other = openEngine(copy);
      expect((await other.newest())?.hash).toBe(block.hash);
      await executeAll(other, ledger.blocks.slice(number + 1));
      expect(await other.newest()).toEqual(await engine.newest());
    }
  });

  it("is whole when the process is killed anywhere", async () => {
    const dir = temporaryDir();
    const script = new URL("./endlessChain.ts", import.meta.url);
    const hashes: string[] = [];
    for (let life = 0; life < 3; life++) {
      const child = fork(script, [dir], { stdio: "ignore" });
      cleanUp.push(() => child.kill("SIGKILL"));
      const known = hashes.length;
      await new Promise<void>((resolve, reject) => {
        child.on("message", (hash) => {
          hashes.push(String(hash));
          if (hashes.length === known + 5) resolve();
        });
        child.on("exit", (code) => reject(new Error(`exited with ${code}`)));
      });
      child.removeAllListeners("exit");
      const exited = once(child, "exit");
      child.kill("SIGKILL");
      await exited;
      const engine = openEngine(dir);
      // It may have died after a block was on the disk, and before it could tell.
      for (const [index, hash] of hashes.entries()) {
        expect((await engine.blockByNumber(chainNumber(index)))?.hash).toBe(hash);
      }
      const newest = await engine.newest();
      const number = newest?.number ?? -1;
      const transfers = await engine.balance(lowerCase(carol.address));
      expect(transfers).toBe(BigInt(number));
      for (let extra = hashes.length; extra <= number; extra++) {
        hashes.push(String((await engine.blockByNumber(chainNumber(extra)))?.hash));
      }
      await engine.close();
    }
  });

  it("goes back to any block of its history, and on from there", async () => {
    const { ledger, engine } = await everyKindOfBlock();
    const expected = await tellAll(engine, 5);
    const running = openEngine(temporaryDir());
    await executeAll(running, ledger.blocks);
    const states = [];
    const shorter = openEngine(temporaryDir());
    for (const [number, block] of ledger.blocks.entries()) {
      await shorter.execute(block);
      states.push(await tellAll(shorter, number));
    }
    for (const number of [4, 2, 0, 3, 5]) {
      if (number < ((await running.newest())?.number ?? 0)) {
        await running.rollBackTo(chainNumber(number));
      }
      const from = ((await running.newest())?.number ?? 0) + 1;
      await executeAll(running, ledger.blocks.slice(from, number + 1));
      expect(await tellAll(running, number)).toEqual(states[number]);
      expect(await running.blockByHash(ledger.blocks[number + 1]?.hash ?? "0x")).toBeUndefined();
    }
    await running.rollBackTo(undefined);
    expect(await running.newest()).toBeUndefined();
    expect(await running.depositsFrom(0n)).toEqual([]);
    await executeAll(running, ledger.blocks);
    expect(await tellAll(running, 5)).toEqual(expected);
  });

  it("goes nowhere that it doesn't know", async () => {
    const { engine } = await everyKindOfBlock();
    expect(await codeOf(engine.rollBackTo(chainNumber(6)))).toBe("BLOCK_UNKNOWN");
    await engine.submit(await sign(bob, { nonce: 2, to: carol.address }));
    await engine.build({ timestampMs: timestampMs(START_MS + 60_000), releases: [] });
    expect(await codeOf(engine.rollBackTo(chainNumber(1)))).toBe("BUILD_PENDING");
    await engine.discard();
    await engine.rollBackTo(chainNumber(1));
    // What waited is forgotten: it was checked against a state that isn't there any more.
    expect(await engine.nonce(lowerCase(bob.address), "pending")).toBe(0n);
  });
});

describe("the worker", () => {
  it("keeps its chain over a restart", async () => {
    const dataDir = temporaryDir();
    const first = await startZkChain({ dataDir });
    const { ledger } = await everyKindOfBlock();
    for (const block of ledger.blocks) await first.execute(block);
    const newest = await first.newest();
    await first.stop();
    const second = await startZkChain({ dataDir });
    cleanUp.push(() => second.stop());
    expect(await second.newest()).toEqual(newest);
    expect(await second.depositsFrom(0n)).toHaveLength(3);
  });

  it.each([
    [
      "a file in the directory's place",
      "STORE_OPEN_FAILED",
      (dir: string) => writeFileSync(dir, ""),
    ],
    [
      "a file that is no database",
      "STORE_CORRUPT",
      (dir: string) => {
        mkdirSync(dir);
        writeFileSync(join(dir, "data.mdb"), Buffer.alloc(4096, 7));
      },
    ],
  ])("says what is wrong with %s", async (_, code, make) => {
    const dataDir = join(temporaryDir(), "chain");
    make(dataDir);
    expect(await codeOf(startZkChain({ dataDir }))).toBe(code);
  });
});

it("forgets the oldest blocks where it keeps some only", async () => {
  const { ledger } = await everyKindOfBlock();
  const ignore = () => {};
  const events = { onPending: ignore, onCommitted: ignore, onDropped: ignore };
  const { backend } = storeOnDisk(temporaryDir());
  cleanUp.push(() => backend.close());
  const engine = createZkEngine(events, { backend, history: { blocks: 3, transactions: 100 } });
  await executeAll(engine, ledger.blocks);
  const first = chainNumber(0);
  expect(await engine.blockByNumber(chainNumber(2))).toBeUndefined();
  expect((await engine.blockByNumber(chainNumber(3)))?.number).toBe(3);
  expect(await engine.blockByHash(ledger.blocks[1]?.hash ?? "0x")).toBeUndefined();
  expect(await engine.logs({ fromNumber: first, toNumber: chainNumber(4) })).toEqual([]);
  expect(await engine.depositsFrom(0n)).toEqual([]);
  expect(await engine.depositsFrom(2n)).toHaveLength(1);
  expect(await codeOf(engine.balance(lowerCase(alice.address), first))).toBe("STATE_UNAVAILABLE");
});
