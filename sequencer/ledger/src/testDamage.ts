/**
 * For damage.test.ts, which runs it: damages copies of a store in ways that follow from seeds, opens them,
 * and holds what they say against what was stored. Prints a line before and after each seed, so that one
 * that takes the process down is known.
 */
import { cpSync, openSync, readSync, rmSync, statSync, truncateSync, writeSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type Block, bytesEqual } from "@weft/protocol";
import { createRandom } from "@weft/protocol/testing";
import { LedgerError } from "./errors.ts";
import { openLmdbStore } from "./lmdbStore.ts";
import type { StoreRepair } from "./repairStore.ts";
import { DAMAGE_APPENDED, damageBlocks } from "./testBlocks.ts";

const PAGE_BYTES = 4096;

const [, , base, dir, from, to] = process.argv;
if (base === undefined || dir === undefined)
  throw new Error("usage: testDamage.ts <base> <dir> <from> <to>");
const blocks = damageBlocks();
const stored = blocks.slice(0, -DAMAGE_APPENDED);

function flip(fd: number, at: number, random: (below: number) => number): void {
  const byte = Buffer.alloc(1);
  readSync(fd, byte, 0, 1, at);
  byte[0] = (byte[0] as number) ^ (1 + random(255));
  writeSync(fd, byte, 0, 1, at);
}

/** @returns what was done, in words */
function damage(file: string, seed: number): string {
  const random = createRandom(seed);
  const { size } = statSync(file);
  const pages = size / PAGE_BYTES;
  const fd = openSync(file, "r+");
  const kind = random(10);
  const page = random(pages);
  if (kind < 4) {
    const at = random(size);
    flip(fd, at, random);
    return `byte ${at}`;
  }
  if (kind < 7) {
    // what describes a page, rather than what is in it
    const at =
      random(4) === 0 ? random(2) * PAGE_BYTES + random(168) : page * PAGE_BYTES + random(64);
    flip(fd, at, random);
    return `byte ${at} of a page's head`;
  }
  if (kind === 7) {
    const count = 2 + random(6);
    for (let index = 0; index < count; index++) flip(fd, random(size), random);
    return `${count} bytes`;
  }
  if (kind === 8) {
    const other = random(3) === 0 ? undefined : random(pages);
    const content = Buffer.alloc(PAGE_BYTES);
    if (other !== undefined) readSync(fd, content, 0, PAGE_BYTES, other * PAGE_BYTES);
    writeSync(fd, content, 0, PAGE_BYTES, page * PAGE_BYTES);
    return `page ${page} has ${other === undefined ? "zeros" : `what was on ${other}`}`;
  }
  const length = random(4) === 0 ? random(size) : size - random(8 * PAGE_BYTES);
  truncateSync(file, length);
  return `cut off at ${length}`;
}

/** Runs a read that may find what it reads damaged, and nothing else. @returns whether it gave the block */
function reads(expected: Block, work: () => Block | undefined): boolean {
  let actual: Block | undefined;
  try {
    actual = work();
  } catch (error) {
    if (error instanceof LedgerError && error.code === "STORE_CORRUPT") return false;
    throw error;
  }
  if (!isDeepStrictEqual(actual, expected)) throw new Error(`wrong at ${expected.header.height}`);
  return true;
}

async function tryStore(seed: number): Promise<string> {
  rmSync(dir as string, { recursive: true, force: true });
  cpSync(base as string, dir as string, { recursive: true });
  const done = damage(join(dir as string, "data.mdb"), seed);
  const repairs: StoreRepair[] = [];
  const onRepaired = (repair: StoreRepair) => repairs.push(repair);
  let store: ReturnType<typeof openLmdbStore>;
  try {
    store = openLmdbStore(dir as string, { onRepaired });
  } catch (error) {
    if (!(error instanceof LedgerError)) throw error;
    return `${error.code} ${done}: ${error.message}`;
  }
  const head = store.head()?.header.height ?? -1;
  const [repair] = repairs;
  const isSaid =
    head === stored.length - 1 || repair?.lost?.fromHeight === head + 1 || repair?.maybeMore;
  if (!isSaid) throw new Error(`${done}: ends at ${head}, and nobody says so`);
  let unreadable = 0;
  for (const block of stored.slice(0, head + 1)) {
    const { height, chainId, number } = block.header;
    const ok = [
      reads(block, () => store.byHeight(height)),
      reads(block, () => store.byHash(block.hash)),
      reads(block, () => store.byNumber(chainId, number)),
    ];
    if (ok.includes(false)) unreadable++;
  }
  const kind = repair === undefined ? "OPEN" : repair.lost === undefined ? "REPAIRED" : "CUT";
  const outcome = `${kind} ${done}: ${stored.length - 1 - head} lost, ${unreadable} unreadable`;
  if (kind === "OPEN" && seed % 4 > 0) {
    await store.close();
    return outcome;
  }
  // It goes on from there, and through the next start. Not each time: syncing takes long.
  const more = blocks.slice(head + 1, head + 1 + DAMAGE_APPENDED);
  await Promise.all(more.map((block) => store.append(block)));
  await store.close();
  const again = openLmdbStore(dir as string, { onRepaired });
  const last = again.head();
  if (
    last === undefined ||
    !bytesEqual(Buffer.from(last.hash), Buffer.from(more.at(-1)?.hash ?? ""))
  ) {
    throw new Error(`${done}: what was appended is gone`);
  }
  await again.close();
  return outcome;
}

for (let seed = Number(from); seed < Number(to); seed++) {
  process.stdout.write(`${seed} `);
  const outcome = await tryStore(seed).catch((error: Error) => `WRONG ${error.stack}`);
  process.stdout.write(`${outcome.replaceAll("\n", " | ")}\n`);
}
