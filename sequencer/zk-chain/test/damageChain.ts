/**
 * For damage.test.ts, which runs it: damages copies of a chain's store in ways that follow from seeds, opens
 * them, and holds what they say, and the block they make next, against the chain that wasn't damaged. Prints
 * a line before and after each seed, so that one that takes the process down is known.
 */
import { cpSync, openSync, readSync, rmSync, statSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type Block, chainNumber } from "@weft/protocol";
import { createRandom } from "@weft/protocol/testing";
import { createZkEngine, storeOnDisk } from "../src/engine/engine.ts";
import { ZkChainError } from "../src/errors.ts";
import { everyKindOfBlock, ignoreEvents, tellAll } from "./everyKindOfBlock.ts";

const PAGE_BYTES = 4096;

const [, , root, from, to] = process.argv;
if (root === undefined) throw new Error("usage: damageChain.ts <dir> <from> <to>");
const [base, copy] = [join(root, "base"), join(root, "copy")];

const { ledger, engine } = await everyKindOfBlock();
const next = ledger.blocks.at(-1) as Block;
const newest = next.header.number - 1;
await writeBase();
await engine.rollBackTo(chainNumber(newest));
const expected = await tellAll(engine, newest);

/** All but the newest block, on disk. */
async function writeBase(): Promise<void> {
  const onDisk = createZkEngine(ignoreEvents, storeOnDisk(base));
  for (const block of ledger.blocks.slice(0, -1)) await onDisk.execute(block);
  await onDisk.close();
}

/** @returns what was done, in words */
function damage(file: string, seed: number): string {
  const random = createRandom(seed);
  const { size } = statSync(file);
  const pages = size / PAGE_BYTES;
  const kind = random(10);
  if (kind === 0) {
    const length = size - random(8 * PAGE_BYTES);
    truncateSync(file, length);
    return `cut off at ${length}`;
  }
  const fd = openSync(file, "r+");
  if (kind === 1) {
    const [page, other] = [random(pages), random(pages)];
    const content = Buffer.alloc(PAGE_BYTES);
    readSync(fd, content, 0, PAGE_BYTES, other * PAGE_BYTES);
    writeSync(fd, content, 0, PAGE_BYTES, page * PAGE_BYTES);
    return `page ${page} has what was on ${other}`;
  }
  // what describes a page and its entries, or anything
  const at = kind < 5 ? random(pages) * PAGE_BYTES + random(64) : random(size);
  const byte = Buffer.alloc(1);
  readSync(fd, byte, 0, 1, at);
  byte[0] = (byte[0] as number) ^ (1 + random(255));
  writeSync(fd, byte, 0, 1, at);
  return `byte ${at}`;
}

async function tryChain(seed: number): Promise<string> {
  rmSync(copy, { recursive: true, force: true });
  cpSync(base, copy, { recursive: true });
  const done = damage(join(copy, "data.mdb"), seed);
  let damaged: ReturnType<typeof createZkEngine>;
  try {
    damaged = createZkEngine(ignoreEvents, storeOnDisk(copy));
  } catch (error) {
    if (!(error instanceof ZkChainError) || error.code !== "STORE_CORRUPT") throw error;
    return `STORE_CORRUPT ${done}: ${error.message}`;
  }
  try {
    const told = await tellAll(damaged, newest);
    if (!isDeepStrictEqual(told, expected)) throw new Error(`${done}: another chain`);
    await damaged.execute(next);
    return `OPEN ${done}`;
  } finally {
    await damaged.close();
  }
}

for (let seed = Number(from); seed < Number(to); seed++) {
  process.stdout.write(`${seed} `);
  const outcome = await tryChain(seed).catch((error: Error) => `WRONG ${error.stack}`);
  process.stdout.write(`${outcome.replaceAll("\n", " | ")}\n`);
}
