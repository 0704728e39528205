import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  type Address,
  type ChainNumber,
  type Hash,
  hashTransaction,
  hexToBytes,
  roundIdOf,
  timestampMs,
  ZERO_ADDRESS,
} from "@weft/protocol";
import fc from "fast-check";
import { encodeFunctionData } from "viem";
import { afterEach, expect, test } from "vitest";
import { fastPortalAbi } from "../account/portalProgram.ts";
import { type RestoredFastChain, restoreFastChain } from "../restoreFastChain.ts";
import {
  act,
  createPlayer,
  createTestChain,
  createTestRoom,
  FAST,
  joinRoom,
  PORTAL,
  seal,
  type TestChain,
} from "../testChain.ts";
import { falseSeal, replay, report } from "../testRound.ts";
import type { RoomJournal } from "../types.ts";
import { loadFastSnapshots, readFastSnapshot } from "./fastSnapshot.ts";
import type { SnapshotOptions } from "./snapshotter.ts";

const players = [createPlayer(1), createPlayer(2), createPlayer(3)] as const;
const signedHashes: Hash[] = [];

const cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  signedHashes.length = 0;
  for (const undo of cleanUp.splice(0).reverse()) await undo();
});

function temporaryDir(): string {
  const dir = mkdtempSync(join(tmpdir(), "weft-snapshots-"));
  cleanUp.push(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}

type World = {
  readonly test: TestChain;
  readonly problems: Error[];
  readonly dir: string;
  /** A room that is open, and who joined it by lane. */
  room: { journal: RoomJournal; lanes: number[] } | undefined;
  rooms: number;
};

function createWorld(changes: Partial<SnapshotOptions> = {}): World {
  const dir = temporaryDir();
  const problems: Error[] = [];
  const onProblem = (error: Error) => problems.push(error);
  const snapshots = { dir, everyBlocks: 1, everyMs: 1e9, keep: 2, onProblem, ...changes };
  return {
    test: createTestChain(undefined, { snapshots }),
    problems,
    dir,
    room: undefined,
    rooms: 0,
  };
}

async function signed(
  { test }: World,
  who: number,
  to: Address,
  value: bigint,
  data?: `0x${string}`,
) {
  const player = players[who % players.length] as (typeof players)[number];
  const raw = hexToBytes(
    await player.wallet.signTransaction({
      ...{ chainId: FAST, type: "eip1559", gas: 100_000n, maxFeePerGas: 0n, to, value },
      nonce: test.chain.nonce(player.address),
      ...(data !== undefined && { data }),
    }),
  );
  signedHashes.push(hashTransaction(raw));
  await test.chain.submit({ type: "signed", raw });
}

const deposit = ({ test }: World, who: number) =>
  test.chain.submit({
    ...{ type: "deposit", asset: ZERO_ADDRESS, amount: 10n, zkNumber: 1 as ChainNumber },
    recipient: players[who % players.length]?.address ?? ZERO_ADDRESS,
    nonce: test.chain.deposits,
  });

const withdrawOne = (recipient: Address) =>
  encodeFunctionData({
    abi: fastPortalAbi,
    functionName: "withdraw",
    args: [ZERO_ADDRESS, 1n, recipient],
  });

/** What may happen, at random. Whatever the chain refuses has just not happened. */
const STEPS: Record<string, (world: World, n: number) => unknown> = {
  deposit,
  transfer: (world, n) => signed(world, n, players[0].address, BigInt(n)),
  withdraw: (world, n) => signed(world, n, PORTAL, 0n, withdrawOne(players[0].address)),
  wait: (world, n) => world.test.advance(n * 300),
  turn: () => new Promise((resolve) => setImmediate(resolve)),
  block: (world) => deposit(world, 0),
  create: (world) => {
    const room: Address = `0x${String(++world.rooms).padStart(40, "0")}`;
    world.room = { journal: createTestRoom(world.test, room), lanes: [] };
  },
  join: async ({ test, room }, n) => {
    test.advance(1);
    if (room !== undefined) room.lanes[await joinRoom(test, room.journal, playerOf(n))] = n;
  },
  close: ({ test }, n) =>
    test.chain.submit({ type: "closeSession", sessionId: playerOf(n).sessionId, reason: "test" }),
  act: ({ room }, n) => room && act(room.journal, n % room.lanes.length, n),
  seal: ({ room }, n) =>
    room &&
    seal(room.journal, n % room.lanes.length, playerOf(room.lanes[n % room.lanes.length] ?? 0)),
  falseSeal: ({ room }, n) => room && falseSeal(room.journal, n % room.lanes.length),
  tick: ({ test, room }) =>
    room?.journal.append({ type: "tick", nowMs: timestampMs(test.nowMs()) }),
  roundOpen: ({ test, room }) => {
    if (room === undefined) return;
    const { journal } = room;
    const roundId = roundIdOf(journal.room, journal.record.rounds);
    const deadlineMs = timestampMs(test.nowMs() + 1000);
    const fixed = { ...test.chain.seed(roundId), cap: 1, deadlineMs, players: [] };
    journal.append({ type: "roundOpen", roundId, ...fixed });
  },
  roundEnd: ({ room }) => {
    const roundId = room?.journal.record.round?.roundId;
    if (roundId !== undefined) room?.journal.append({ type: "roundEnd", roundId });
  },
  report: ({ room }) => {
    if (room === undefined) return;
    room.journal.append({ type: "report", report: report(room.journal, []) });
  },
  roundVoid: ({ room }) => {
    const roundId = room?.journal.record.round?.roundId;
    if (roundId !== undefined) room?.journal.append({ type: "roundVoid", roundId, code: "TEST" });
  },
  closeRoom: (world) => {
    world.room?.journal.append({ type: "close" });
    world.room = undefined;
  },
};

const playerOf = (n: number) => players[n % players.length] as (typeof players)[number];

/** What a round needs, so that most of what is drawn makes sense. */
const PREAMBLE: [string, number][] = [
  ...[
    ["deposit", 1],
    ["create", 0],
    ["join", 1],
    ["block", 0],
  ],
  ...[
    ["join", 2],
    ["act", 0],
    ["roundOpen", 0],
    ["seal", 0],
  ],
] as [string, number][];
const ROUND = [
  ...["act", "act", "seal", "seal", "falseSeal", "tick", "wait"],
  ...["roundEnd", "block", "report", "roundOpen", "roundVoid"],
];

const step = fc.tuple(fc.constantFrom(...Object.keys(STEPS), ...ROUND), fc.nat(9));

async function perform(world: World, steps: readonly (readonly [string, number])[]): Promise<void> {
  for (const [name, n] of steps) {
    try {
      // Not awaited: what a step waits for is a block, which gathers the next steps too.
      const done = STEPS[name]?.(world, n);
      if (name === "block" || name === "turn") await done;
      else Promise.resolve(done).catch(() => {});
    } catch {}
  }
  world.test.advance(2000);
  await deposit(world, 0);
}

function restore(
  { test, dir }: World,
  withSnapshots: boolean,
  releasesFrom = 0n,
): RestoredFastChain {
  const { ledger } = test;
  const onSkipped = (error: Error) => {
    throw error;
  };
  const snapshots = withSnapshots ? loadFastSnapshots({ dir, ledger, onSkipped }) : [];
  return restoreFastChain({ ledger, chainId: FAST, snapshots, releasesFrom, onSkipped });
}

const summary = ({ state, receipts, releases }: RestoredFastChain) => ({
  ...{ receipts, releases },
  root: state.currentRoot(),
  committedRoot: state.committedRoot,
  checkpointMs: state.checkpointMs,
  supply: state.supply(ZERO_ADDRESS),
  rooms: [...state.rooms()].sort((a, b) => (a.room < b.room ? -1 : 1)),
});

const snapshotFiles = (dir: string) =>
  readdirSync(dir).filter((file) => file.endsWith(".snapshot"));

test("whatever happens while a snapshot is written: with it the chain is what it is without it", async () => {
  const script = fc.tuple(fc.array(step, { maxLength: 60 }), fc.array(step, { maxLength: 60 }));
  const check = async ([before, after]: [[string, number][], [string, number][]], from: bigint) => {
    const world = createWorld();
    await perform(world, [...PREAMBLE, ...before]);
    await expect.poll(() => snapshotFiles(world.dir).length).toBeGreaterThan(0);
    await perform(world, after);
    await world.test.chain.stop();
    expect(world.problems).toEqual([]);
    const [withIt, without] = [restore(world, true, from), restore(world, false, from)];
    expect(withIt.snapshotHeight).toBeGreaterThan(0);
    expect(withIt.blocks).toBeLessThan(without.blocks);
    expect(summary(withIt)).toEqual(summary(without));
    // A stranger has the same.
    expect(replay(world.test).state.currentRoot()).toBe(without.state.currentRoot());
    expect(withIt.releases).toEqual(world.test.releases.filter(({ nonce }) => nonce >= from));
  };
  await fc.assert(fc.asyncProperty(script, fc.bigInt({ min: 0n, max: 9n }), check), {
    numRuns: 15,
  });
}, 60_000);

test("a round that opened in the snapshot's own block knows its height", async () => {
  const world = createWorld();
  world.test.advance(2000);
  await perform(world, [
    ["create", 0],
    ["roundOpen", 0],
    ["block", 0],
  ]);
  await expect.poll(() => snapshotFiles(world.dir)).toHaveLength(1);
  await world.test.chain.stop();
  const [stored] = loadFastSnapshots({ dir: world.dir, ledger: world.test.ledger });
  const [record] = stored?.state.rooms() ?? [];
  expect(record?.round?.openHeight).toBe(stored?.height);
  expect(summary(restore(world, true))).toEqual(summary(restore(world, false)));
});

test("a restart begins with the newest snapshot, and has receipts from before it", async () => {
  const world = createWorld();
  await perform(world, [
    ["deposit", 1],
    ["block", 0],
    ["withdraw", 1],
    ["block", 0],
  ]);
  await expect.poll(() => snapshotFiles(world.dir)).toHaveLength(1);
  await perform(world, [["transfer", 1]]);
  await world.test.chain.stop();
  const snapshots = { dir: world.dir, everyBlocks: 1, everyMs: 1e9, keep: 2 };
  const again = createTestChain(world.test.ledger, { snapshots });
  cleanUp.push(() => again.chain.stop());
  expect(again.chain.restored.snapshotHeight).toBeGreaterThan(0);
  expect(again.releases).toEqual(world.test.releases);
  expect(signedHashes).toHaveLength(2);
  for (const hash of signedHashes) {
    expect(again.chain.receipt(hash)).toEqual(world.test.chain.receipt(hash));
    expect(again.chain.receipt(hash)).toMatchObject({ hash, sender: players[1].address });
  }
});

test("snapshots are bounded in number, and what a crash left is cleared away", async () => {
  const world = createWorld({ keep: 1 });
  const gone = ["fast-0000000000000003.snapshot.tmp", "fast-0000000000009999.snapshot"];
  const others = ["rooms-0000000000000003.snapshot", "fast-notes.snapshot"];
  for (const file of [...gone, ...others]) writeFileSync(join(world.dir, file), "");
  const snapshots = { dir: world.dir, everyBlocks: 1, everyMs: 1e9, keep: 1 };
  const again = createTestChain(world.test.ledger, { snapshots });
  cleanUp.push(() => again.chain.stop());
  await world.test.chain.stop();
  for (let count = 0; count < 3; count++) {
    again.advance(1000);
    const height = (await deposit({ ...world, test: again }, 0)).height;
    const file = `fast-${String(height).padStart(16, "0")}.snapshot`;
    await expect
      .poll(async () => {
        // A snapshot is followed by a rest, so it may take more than one checkpoint.
        again.advance(1000);
        await deposit({ ...world, test: again }, 0);
        return readdirSync(world.dir).filter((name) => name >= file && name < "fast-n");
      })
      .toHaveLength(1);
  }
  await again.chain.stop();
  expect(readdirSync(world.dir).sort()).toEqual(
    [expect.stringMatching(/^fast-0/), ...others].sort(),
  );
});

test("a damaged or foreign snapshot is skipped and said: SNAPSHOT_INVALID", async () => {
  const world = createWorld();
  await perform(world, [
    ["deposit", 1],
    ["create", 0],
    ["block", 0],
  ]);
  await expect.poll(() => snapshotFiles(world.dir)).toHaveLength(1);
  await world.test.chain.stop();
  const file = join(world.dir, snapshotFiles(world.dir)[0] as string);
  const whole = readFileSync(file);
  const check = (content: Uint8Array, problem: RegExp) => {
    writeFileSync(file, content);
    const skipped: Error[] = [];
    const { ledger } = world.test;
    const snapshots = loadFastSnapshots({
      dir: world.dir,
      ledger,
      onSkipped: (e) => skipped.push(e),
    });
    expect([...snapshots]).toEqual([]);
    expect(skipped).toEqual([expect.objectContaining({ code: "SNAPSHOT_INVALID" })]);
    expect(skipped[0]?.message).toMatch(problem);
    const again = createTestChain(ledger, {
      snapshots: { dir: world.dir, everyBlocks: 1e9, everyMs: 1e9, keep: 2 },
    });
    expect(again.chain.restored.snapshotHeight).toBeUndefined();
    cleanUp.push(() => again.chain.stop());
  };
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
      const damaged = Buffer.from(whole);
      damaged[at] = (damaged[at] as number) ^ flip;
      check(damaged, /isn't a whole snapshot/);
    }),
    { numRuns: 30 },
  );
  check(whole.subarray(0, whole.length >> 1), /isn't a whole snapshot/);
  check(new Uint8Array(), /isn't a whole snapshot/);

  // whole, but of another ledger
  writeFileSync(file, whole);
  const other = createWorld();
  await perform(other, [
    ["deposit", 2],
    ["block", 0],
  ]);
  expect(() => readFastSnapshot(file, other.test.ledger)).toThrow(
    expect.objectContaining({ code: "SNAPSHOT_INVALID" }),
  );
  await other.test.chain.stop();
});

test("a folder that can't be written is said, and play goes on: SNAPSHOT_FAILED", async () => {
  const world = createWorld();
  rmSync(world.dir, { recursive: true });
  await perform(world, [
    ["deposit", 1],
    ["block", 0],
  ]);
  await expect.poll(() => world.problems).toHaveLength(1);
  expect(world.problems).toEqual([expect.objectContaining({ code: "SNAPSHOT_FAILED" })]);
  await deposit(world, 0);
  await world.test.chain.stop();

  const file = join(temporaryDir(), "a-file");
  appendFileSync(file, "");
  const snapshots = { dir: join(file, "snapshots"), everyBlocks: 1, everyMs: 1, keep: 1 };
  expect(() => createTestChain(undefined, { snapshots })).toThrow(
    expect.objectContaining({ code: "SNAPSHOT_FAILED" }),
  );
});
