import { silentLogger } from "@weft/node";
import { type LeaveEvent, type RoundReport, ZERO_HASH } from "@weft/protocol";
import { expect, test } from "vitest";
import { HeldSeals } from "../../test/heldSeals.ts";
import { type RuntimePlayer, TestChain, ZK } from "../../test/runtimeRoom.ts";
import { MAX_SEAL_CHECK_MS, MAX_SEALS_VERIFIED_HERE } from "../limits.ts";
import { roomSettings } from "../settings.ts";
import { RoundRunner } from "./roundRunner.ts";

/** A room in whose round so many players are, and whose seals nobody verifies before the test says so. */
async function startRound(players = 2, held: HeldSeals | "no thread" = new HeldSeals()) {
  const chain = new TestChain();
  const room = chain.createRoom({
    maxPlayers: players,
    ...(held === "no thread" ? {} : { sealVerifier: held }),
  });
  const all: RuntimePlayer[] = [];
  while (all.length < players) all.push(room.join(await chain.login()));
  const { journal } = room.runtime;
  /** What was left to be verified on this thread when the report was drawn up. */
  const unverified: number[] = [];
  const fullySealedLanes = journal.fullySealedLanes.bind(journal);
  journal.fullySealedLanes = () => {
    unverified.push(journal.unverifiedSeals().length);
    return fullySealedLanes();
  };
  const reported = Promise.withResolvers<RoundReport>();
  const settings = roomSettings({ startDelayMs: 0, coSignGraceMs: 0 });
  const runner = new RoundRunner({
    runtime: room.runtime,
    game: room.game,
    settings,
    fastChain: chain.chain,
    zkChainId: ZK,
    reports: {
      open: async ({ deadlineMs }) => deadlineMs,
      report: async ({ report }) => {
        reported.resolve(report);
        return { minted: [], transactionHash: ZERO_HASH, coSigned: 0, withheld: 0 };
      },
      isSettled: async () => false,
    },
    logger: silentLogger,
    nowMs: () => chain.nowMs,
    sealVerifier: held === "no thread" ? undefined : held,
    onChange: () => {},
  });
  const untilPhase = async (phase: string) => {
    while (runner.phase !== phase) {
      runner.step();
      await new Promise(setImmediate);
    }
  };
  /** Until the round's end is on disk and the report waits for its seals alone. */
  const untilOnDisk = async () => {
    await room.runtime.whenSequenced(journal.record.events - 1);
    await new Promise(setImmediate);
  };
  await untilPhase("playing");
  room.events.length = 0;
  return {
    ...{ chain, room, journal, runner, settings, unverified, untilPhase, untilOnDisk },
    ...{ players: all, reported: reported.promise },
  };
}

type World = Awaited<ReturnType<typeof startRound>>;

const leaves = ({ room }: World) =>
  room.events.flatMap((event) => (event.type === "leave" ? [event as LeaveEvent] : []));

/** Everybody acts once, and the round is over. */
async function endRound({ players, untilPhase }: World): Promise<void> {
  for (const player of players.slice(1)) player.act();
  players[0]?.act("finish", null);
  await untilPhase("sealing");
}

test("a report waits until the seals that it depends on were verified elsewhere", async () => {
  const held = new HeldSeals();
  const world = await startRound(3, held);
  const { players, runner, journal, unverified, untilOnDisk, reported, untilPhase } = world;
  await endRound(world);
  for (const player of players) player.seal();
  runner.step();
  expect(runner.phase).toBe("reporting");
  await untilOnDisk();
  runner.step();
  expect(journal.unverifiedSeals()).toHaveLength(3);
  held.answerAll();
  await untilPhase("lobby");
  expect((await reported).actions).toBe(3);
  expect(unverified).toEqual([0]);
  expect(leaves(world)).toEqual([]);
});

test("of 250 lanes none is verified on the serving thread", async () => {
  const held = new HeldSeals();
  const world = await startRound(250, held);
  const { players, unverified, reported, untilPhase } = world;
  await endRound(world);
  for (const player of players) player.seal();
  // Each once, though it is the first of its lane, too.
  await untilPhase("reporting");
  expect(held.asked).toHaveLength(250);
  expect(new Set(held.asked).size).toBe(250);
  held.answerAll();
  await untilPhase("lobby");
  expect((await reported).actions).toBe(250);
  expect(unverified).toEqual([0]);
  expect(leaves(world)).toEqual([]);
}, 60_000);

test("without a thread they are verified here, a few at a time", async () => {
  const count = 3 * MAX_SEALS_VERIFIED_HERE;
  const world = await startRound(count, "no thread");
  const { players, runner, journal, unverified, reported, untilPhase } = world;
  await endRound(world);
  for (const player of players) player.seal();
  for (let left = count; left > 0; left -= MAX_SEALS_VERIFIED_HERE) {
    expect(journal.unverifiedSeals()).toHaveLength(left);
    runner.step();
  }
  expect(journal.unverifiedSeals()).toEqual([]);
  await untilPhase("lobby");
  expect((await reported).actions).toBe(count);
  expect(unverified).toEqual([0]);
}, 60_000);

test("a false seal at the end costs its player the place and counts for nothing; the others don't lose by it", async () => {
  const held = new HeldSeals();
  const world = await startRound(2, held);
  const { players, runner, reported, untilPhase, unverified } = world;
  const [one, other] = players as [RuntimePlayer, RuntimePlayer];
  other.act();
  other.seal();
  held.answerAll();
  await endRound(world);
  one.seal();
  other.wrongSeal();
  runner.step();
  await untilPhase("reporting");
  held.answerAll();
  // The one before is looked at now.
  held.answerAll();
  await untilPhase("lobby");
  expect(other.refusals.map(({ code }) => code)).toEqual(["SEAL_SIGNATURE_INVALID"]);
  expect(leaves(world)).toMatchObject([{ lane: 1, reason: "unsealed" }]);
  expect((await reported).actions).toBe(2);
  expect(unverified).toEqual([0]);
});

test("who sealed with a false one that nobody drew loses the place when the report is drawn up", async () => {
  const held = new HeldSeals();
  const world = await startRound(2, held);
  const { chain, players, runner, settings, reported, untilPhase } = world;
  const [one, other] = players as [RuntimePlayer, RuntimePlayer];
  other.act();
  other.seal();
  other.act();
  other.wrongSeal();
  held.answerAll();
  other.act();
  one.act("finish", null);
  await untilPhase("sealing");
  one.seal();
  // He doesn't answer the server's question for a seal.
  chain.nowMs += settings.sealGraceMs;
  runner.step();
  while (runner.phase !== "lobby") {
    held.answerAll();
    await new Promise(setImmediate);
    runner.step();
  }
  expect(leaves(world)).toMatchObject([{ lane: 1, reason: "unsealed" }]);
  expect((await reported).actions).toBe(1);
});

test("what the thread loses is asked again, or verified here", async () => {
  const held = new HeldSeals();
  const world = await startRound(2, held);
  const { players, runner, reported, untilPhase, unverified } = world;
  await endRound(world);
  for (const player of players) player.seal();
  runner.step();
  await untilPhase("reporting");
  held.lose();
  runner.step();
  expect(held.waiting).toBe(2);
  held.takes = false;
  held.lose();
  await untilPhase("lobby");
  expect((await reported).actions).toBe(2);
  expect(unverified).toEqual([0]);
});

test("a thread that never answers delays a report for so long and no longer", async () => {
  const held = new HeldSeals();
  const world = await startRound(2, held);
  const { chain, players, runner, reported, untilPhase, untilOnDisk, unverified } = world;
  await endRound(world);
  for (const player of players) player.seal();
  runner.step();
  await untilOnDisk();
  runner.step();
  expect(runner.phase).toBe("reporting");
  expect(unverified).toEqual([]);
  chain.nowMs += MAX_SEAL_CHECK_MS;
  await untilPhase("lobby");
  expect((await reported).actions).toBe(2);
  expect(unverified).toEqual([2]);
});

test("a room that closes or is suspended meanwhile waits for no thread", async () => {
  for (const end of ["stop", "suspend"] as const) {
    const world = await startRound();
    const { players, runner, untilOnDisk, unverified } = world;
    await endRound(world);
    for (const player of players) player.seal();
    runner.step();
    await untilOnDisk();
    await runner[end]("the room is empty");
    expect(unverified).toHaveLength(end === "stop" ? 1 : 0);
  }
});
