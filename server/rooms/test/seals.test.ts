import { setTimeout as wait } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import type { Lane } from "@weft/fast-chain";
import { programsOf } from "@weft/game";
import { silentLogger, startNode, verifyLedger, type WeftNode } from "@weft/node";
import { encodeSeal, sealMessage } from "@weft/protocol";
import { afterEach, expect, test } from "vitest";
import { DropCode } from "../src/errors.ts";
import { HeldSeals } from "./heldSeals.ts";
import { RawPlayer, type RawRoom } from "./rawPlayer.ts";
import { startServer, type TestServer } from "./startServer.ts";
import { createTally } from "./testGame.ts";

const game = createTally({ seconds: 600, minPlayers: 1 });
/** On a busy machine nobody is thrown out for being slow. */
const PATIENT = { startDelayMs: 0, sealTimeoutMs: 100_000, sealGraceMs: 100_000 };
/** Threads that were started, the newest last. */
const threads: Worker[] = [];
const onWorker = (worker: Worker) => {
  threads.push(worker);
};

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  process.off("worker", onWorker);
  for (const end of ends.splice(0).toReversed()) await end();
});

/** A server on a node whose seals are verified by `verifierOf(node)`. */
async function start(
  verifierOf: (node: WeftNode) => WeftNode["sealVerifier"],
): Promise<TestServer> {
  const node = await startNode({ logger: silentLogger, rpc: { port: 0 } });
  ends.push(() => node.stop());
  const server = await startServer({
    games: { tally: game },
    node: { ...node, sealVerifier: verifierOf(node) },
    settings: PATIENT,
  });
  ends.push(() => server.server.stop());
  return server;
}

async function enter({ url }: TestServer): Promise<RawRoom> {
  return (await RawPlayer.create(url)).join();
}

const sealedUpTo = (room: RawRoom, seq: number) =>
  room.next("finality", ({ sealed, sequenced }) => sealed >= seq && sequenced >= seq);

/** The lane as the chain has it. */
const laneOf = ({ server }: TestServer, { lane }: RawRoom) =>
  server.node.fastChain.rooms()[0]?.lanes[lane];

/** … once its player's leaving is in the log. */
async function leftLane(server: TestServer, room: RawRoom): Promise<Lane> {
  for (;;) {
    const found = laneOf(server, room);
    if (found?.left !== undefined) return found;
    await wait(5);
  }
}

/** What anybody else makes of the ledger. */
function replay({ server }: TestServer) {
  const { ledger, fastChainId, zkChainId } = server.node;
  return verifyLedger({ ledger, fastChainId, zkChainId, programs: programsOf([game]) });
}

test("a thread that is slow costs nobody a seal, and only a report waits for it", async () => {
  const held = new HeldSeals();
  const server = await start(() => held);
  const [stays, leaves] = [await enter(server), await enter(server)];
  await server.round("opened");
  stays.act("add", { by: 3 });
  leaves.act("add", { by: 2 });
  leaves.seal();
  leaves.act("add", { by: 2 });
  leaves.seal();
  await leaves.leave();
  const left = await leftLane(server, leaves);
  expect(left).toMatchObject({ head: { seq: 2 }, sealed: { seq: 2 }, left: "left" });
  // The first, and the second if the lot falls on it.
  expect(held.waiting).toBeGreaterThan(0);

  stays.act("finish", null);
  const reported = server.round("reported");
  const answering = setInterval(() => held.answerAll(), 1);
  const { report, minted } = await reported.finally(() => clearInterval(answering));
  expect(report.actions).toBe(4);
  expect(minted).toMatchObject([{ to: stays.player.address }]);
  await stays.leave();
  expect((await replay(server)).heights).toBeGreaterThan(5);
});

test("who signs falsely at the end loses the place, by the real thread; the others get their prize", async () => {
  const server = await start(({ sealVerifier }) => sealVerifier);
  const [honest, liar] = [await enter(server), await enter(server)];
  await server.round("opened");
  honest.act("add", { by: 1 });
  liar.act("add", { by: 9 });
  liar.seal();
  await sealedUpTo(liar, 1);
  liar.act("add", { by: 9 });
  // Another head's signature, at which the thread looks now or at the round's end.
  const signature = liar.player.sign(sealMessage({ ...liar.head, hash: honest.head.hash }));
  liar.sendSeal(encodeSeal({ seq: liar.head.seq, signature }));
  while (laneOf(server, liar)?.sealed.seq !== 2) await wait(5);
  honest.act("finish", null);
  const { report, minted } = await server.round("reported");
  expect(minted).toMatchObject([{ to: honest.player.address }]);
  expect(report.actions).toBe(2);
  expect(await liar.next("left")).toBe(DropCode.unsealed);
  await honest.leave();
  expect((await replay(server)).heights).toBeGreaterThan(5);
});

test("the thread is killed in the middle: no seal is lost, it starts anew, and the ledger replays", async () => {
  let taken = 0;
  const server = await start(({ sealVerifier }) => ({
    verify: (...seal) => {
      const isTaken = sealVerifier.verify(...seal);
      if (isTaken) taken++;
      return isTaken;
    },
  }));
  process.on("worker", onWorker);
  const room = await enter(server);
  const seal = async () => {
    const seq = room.act("add", { by: 1 });
    room.seal();
    await sealedUpTo(room, seq);
    // Within the rate at which seals are taken.
    await wait(250);
  };
  await server.round("opened");
  // The thread starts with the first seal, and is there for a later one.
  while (taken === 0) await seal();
  expect(threads).toHaveLength(1);
  await threads[0]?.terminate();
  room.act("finish", null);
  const { report } = await server.round("reported");
  expect(report.actions).toBe(room.head.seq);
  // Drawn for or not: until it is there again, rooms verify by themselves.
  expect(room.received.filter(({ type }) => type === "refusal")).toEqual([]);
  await room.leave();
  expect((await replay(server)).heights).toBeGreaterThan(5);
});
