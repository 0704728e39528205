import {
  chmodSync,
  cpSync,
  openSync,
  readdirSync,
  readSync,
  rmSync,
  statSync,
  truncateSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { createRandom } from "@weft/protocol/testing";
import { expect, test } from "vitest";
import {
  createPlayer,
  expectLedgerWhole,
  expectNothingElse,
  expectWhole,
  type Player,
  play,
  startProcess,
  temporaryDir,
  verifyInProcess,
} from "./support/loadedNode.ts";

// More of them: WEFT_DISK_FAULTS=1000. The same again: WEFT_DISK_SEED=<what was printed> WEFT_DISK_FAULTS=1.
const FAULTS = Number(process.env.WEFT_DISK_FAULTS ?? 5);
const SEED = Number(process.env.WEFT_DISK_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** On a machine that does other things too. */
const CYCLE_TIMEOUT_MS = 90_000;
const PAGE_BYTES = 4096;
/** `ulimit -f` counts in these. */
const LIMIT_BLOCK_BYTES = 512;

/** What players were told is in a node's folder. */
type World = { readonly dataDir: string; readonly players: readonly Player[] };

/** A node's folder after some play and a kill, with snapshots in it. */
async function createWorld(): Promise<World> {
  const dataDir = temporaryDir();
  const players = [createPlayer(0), createPlayer(1)] as const;
  const node = startProcess(dataDir, players);
  const url = await started(node);
  const playing = [play(url, players[0], players[1]), play(url, players[1], players[0])];
  const countSnapshots = () => readdirSync(join(dataDir, "snapshots")).length;
  await expect.poll(countSnapshots, { timeout: CYCLE_TIMEOUT_MS }).toBeGreaterThan(1);
  node.child.kill("SIGKILL");
  await Promise.all([...playing, node.exited]);
  return { dataDir, players };
}

function copyOf({ dataDir, players }: World): World {
  const copy = temporaryDir();
  cpSync(dataDir, copy, { recursive: true });
  const same = ({ acknowledged, ...rest }: Player) => ({
    ...rest,
    acknowledged: [...acknowledged],
  });
  return { dataDir: copy, players: players.map(same) };
}

async function started(node: ReturnType<typeof startProcess>): Promise<string> {
  const url = await node.fastUrl;
  if (url === undefined) throw new Error(`it didn't start: ${node.log()}`);
  return url;
}

/** Files that a node relies on. */
function filesOf(dataDir: string): string[] {
  const snapshots = readdirSync(join(dataDir, "snapshots")).map((file) => join("snapshots", file));
  return ["data.mdb", join("zk-chain", "data.mdb"), ...snapshots].map((file) =>
    join(dataDir, file),
  );
}

/** The disk has room for so much more, and then for nothing. @returns what was done, in words */
async function fillDisk(world: World, random: (below: number) => number): Promise<string> {
  const { dataDir, players } = world;
  const largest = Math.max(...filesOf(dataDir).map((file) => statSync(file).size));
  const limit = Math.ceil(largest / LIMIT_BLOCK_BYTES) + random(1000) - 50;
  const before = players.map(({ acknowledged }) => acknowledged.length);
  const node = startProcess(dataDir, players, ["sh", "-c", `ulimit -f ${limit}; exec "$@"`, "sh"]);
  const url = await node.fastUrl;
  const [one, other] = players as [Player, Player];
  if (url !== undefined && (await isThere(url, players))) {
    await Promise.all([play(url, one, other), play(url, other, one)]);
  }
  const [code, signal] = await node.exited;
  expect({ signal, log: node.log() }).toEqual({
    signal: null,
    log: expect.stringMatching(/STORE_FAILED|STORE_OPEN_FAILED|STORE_CORRUPT/),
  });
  expect(code).toBe(url === undefined ? 1 : 3);
  const more = players.map(({ acknowledged }, index) => acknowledged.length - (before[index] ?? 0));
  await expectLedgerWhole(dataDir, players);
  return `full at ${limit} blocks: exit ${code}, ${more} more were acknowledged`;
}

/** That what was acknowledged is there. @returns false when the node is gone before it has said so */
async function isThere(url: string, players: readonly Player[]): Promise<boolean> {
  try {
    await expectWhole(url, players);
    return true;
  } catch (error) {
    // what fetch throws
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** @returns what was done, in words */
function damage(file: string, random: (below: number) => number): string {
  const { size } = statSync(file);
  const kind = random(4);
  if (kind === 0) {
    const length = random(2) === 0 ? random(size) : Math.max(0, size - random(8 * PAGE_BYTES));
    truncateSync(file, length);
    return `${file} cut off at ${length}`;
  }
  const descriptor = openSync(file, "r+");
  if (kind === 1) {
    const page = random(Math.ceil(size / PAGE_BYTES));
    writeSync(descriptor, Buffer.alloc(Math.min(PAGE_BYTES, size - page * PAGE_BYTES)), 0, null, 0);
    return `${file} has zeros on page ${page}`;
  }
  const count = kind === 2 ? 1 : 8;
  for (let flipped = 0; flipped < count; flipped++) {
    const at = random(size);
    const byte = Buffer.alloc(1);
    readSync(descriptor, byte, 0, 1, at);
    byte[0] = (byte[0] as number) ^ (1 + random(255));
    writeSync(descriptor, byte, 0, 1, at);
  }
  return `${file} has ${count} other bytes`;
}

/** What a node with a damaged file comes to. @returns it in words */
async function damageFile(world: World, random: (below: number) => number): Promise<string> {
  const { dataDir, players } = world;
  const files = filesOf(dataDir);
  const index = random(2) === 0 ? 0 : 1 + random(files.length - 1);
  const isLedger = index === 0;
  const done = damage(files[index] as string, random).slice(dataDir.length + 1);
  const node = startProcess(dataDir, players);
  const url = await node.fastUrl;
  if (url === undefined) {
    const [code, signal] = await node.exited;
    // Only what nothing else can give again keeps it from starting.
    expect({ code, signal, isLedger, log: node.log() }).toEqual({
      ...{ code: 1, signal: null, isLedger: true },
      log: expect.stringMatching(/STORE_CORRUPT/),
    });
    return `${done}: refused`;
  }
  const saysLost = /the ledger's file was damaged, and its end is lost/.test(node.log());
  if (saysLost) expect(isLedger).toBe(true);
  for (const player of players) {
    await expectNothingElse(url, player, { lost: saysLost, unreadable: isLedger });
  }
  node.child.kill("SIGKILL");
  await node.exited;
  const { codes, message } = await verifyInProcess(dataDir);
  // A damaged block far below the head is noticed when it is read, and said by its code.
  const isUnreadable = isLedger && codes.includes("STORE_CORRUPT");
  if (!isUnreadable) expect({ codes, message }).toEqual({ codes: [] });
  const end = saysLost ? ", its end lost" : "";
  return `${done}: up${end}${isUnreadable ? ", a block unreadable" : ""}`;
}

test(
  `whatever the disk does, what is acknowledged is there, or its loss is said (WEFT_DISK_SEED=${SEED})`,
  async () => {
    const world = await createWorld();
    for (let seed = SEED; seed < SEED + FAULTS; seed++) {
      const random = createRandom(seed);
      const copy = copyOf(world);
      const fault = random(3) === 0 ? fillDisk : damageFile;
      const outcome = await fault(copy, random).catch((cause) => {
        throw new Error(`WEFT_DISK_SEED=${seed}`, { cause });
      });
      console.info(`WEFT_DISK_SEED=${seed} ${outcome}`);
      rmSync(copy.dataDir, { recursive: true, force: true });
    }
  },
  (FAULTS + 1) * CYCLE_TIMEOUT_MS,
);

test(
  "a node whose disk is full stops, and has acknowledged nothing that isn't there",
  async () => {
    const dataDir = temporaryDir();
    const players = [createPlayer(0), createPlayer(1)] as const;
    // So far so good: the genesis fits.
    const node = startProcess(dataDir, players, ["sh", "-c", 'ulimit -f 2600; exec "$@"', "sh"]);
    const url = await started(node);
    await Promise.all([play(url, players[0], players[1]), play(url, players[1], players[0])]);
    expect(await node.exited).toEqual([3, null]);
    expect(node.log()).toMatch(/STORE_FAILED/);
    expect(players[0].acknowledged.length + players[1].acknowledged.length).toBeGreaterThan(0);
    await expectLedgerWhole(dataDir, players);
  },
  CYCLE_TIMEOUT_MS * 2,
);

test(
  "a folder that can't be written, that another has, that has no room: each is said, and nothing is lost",
  async () => {
    const world = await createWorld();
    const { dataDir } = world;
    const paths = ["", ...(readdirSync(dataDir, { recursive: true }) as string[])];
    const setMode = (mode: number) => {
      for (const path of paths) chmodSync(join(dataDir, path), mode);
    };
    setMode(0o555);
    // Root may write anything, so the child is nobody.
    const ids = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
    const node = startProcess(dataDir, world.players, [], ids);
    expect(await node.fastUrl).toBeUndefined();
    expect(await node.exited).toEqual([1, null]);
    expect(node.log()).toMatch(/STORE_OPEN_FAILED/);
    setMode(0o755);

    rmSync(join(dataDir, "zk-chain"), { recursive: true });
    // Too little for the ZK chain, which comes back from the ledger.
    const limited = ["sh", "-c", 'ulimit -f 400; exec "$@"', "sh"];
    const full = startProcess(dataDir, world.players, limited);
    expect(await full.exited).toEqual([1, null]);
    expect(full.log()).toMatch(/STORE_FAILED/);
    expect(full.log()).not.toMatch(/LEDGER_INVALID/);

    const first = startProcess(dataDir, world.players);
    await started(first);
    const second = startProcess(dataDir, world.players);
    expect(await second.exited).toEqual([1, null]);
    expect(second.log()).toMatch(/STORE_IN_USE/);
    first.child.kill("SIGKILL");
    await first.exited;
    await expectLedgerWhole(dataDir, world.players);
  },
  CYCLE_TIMEOUT_MS * 2,
);
