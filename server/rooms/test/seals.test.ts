import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import type { Worker } from "node:worker_threads";
import type { Lane } from "@weft/fast-chain";
import { programsOf } from "@weft/game";
import { silentLogger, startNode, verifyLedger, type WeftNode } from "@weft/node";
import { afterEach, expect, test } from "vitest";
import { HeldSeals } from "./heldSeals.ts";
import { RawPlayer, type RawRoom } from "./rawPlayer.ts";
import { startServer, type TestServer } from "./startServer.ts";
import { createTally } from "./testGame.ts";

const game = createTally({ seconds: 600, minPlayers: 1 });
/** On a busy machine nobody is thrown out for being slow. */
const PATIENT = { startDelayMs: 0, sealTimeoutMs: 100_000, sealGraceMs: 100_000 };
/** Threads that were started, the newest last, and when each said its first word. */
const threads: { readonly worker: Worker; readonly isThere: Promise<unknown> }[] = [];
const onWorker = (worker: Worker) => {
  threads.push({ worker, isThere: once(worker, "message") });
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

/** The lane as the chain has it, once its player's leaving is in the log. */
async function leftLane({ server }: TestServer, { lane }: RawRoom): Promise<Lane> {
  for (;;) {
    const found = server.node.fastChain.rooms()[0]?.lanes[lane];
    if (found?.left !== undefined) return found;
    await wait(5);
  }
}

/** What anybody else makes of the ledger. */
function replay({ server }: TestServer) {
  const { ledger, fastChainId, zkChainId } = server.node;
  return verifyLedger({ ledger, fastChainId, zkChainId, programs: programsOf([game]) });
}

test("a thread that is slow costs nobody a seal: by a leave in the same breath, the round's end, a broken connection", async () => {
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

  const before = held.waiting;
  stays.act("finish", null);
  // The seal that the server asks for. Without it there is no report, and with it there is, at once.
  while (held.waiting === before) await wait(1);
  held.answerAll();
  const { report, minted } = await server.round("reported");
  expect(report.actions).toBe(4);
  expect(minted).toMatchObject([{ to: stays.player.address }]);

  stays.act("add", { by: 1 });
  stays.seal();
  stays.act("add", { by: 1 });
  stays.room.connection.close();
  const again = await stays.next("welcome", ({ sealed }) => sealed === 3);
  expect(again.head).toEqual(stays.head);
  await stays.leave();
  expect((await replay(server)).heights).toBeGreaterThan(5);
});

test("the thread is killed in the middle and starts anew: no seal is lost, and the ledger replays", async () => {
  let taken = 0;
  const server = await start(({ sealVerifier }) => ({
    verify: (...seal) => {
      const isTaken = sealVerifier.verify(...seal);
      if (isTaken) taken++;
      return isTaken;
    },
    hurry: () => sealVerifier.hurry(),
  }));
  process.on("worker", onWorker);
  const room = await enter(server);
  await server.round("opened");
  const seal = () => {
    room.act("add", { by: 1 });
    room.seal();
    return room.head.seq;
  };
  const threadNumber = async (count: number) => {
    // Within the rate at which seals are taken; the thread starts with one of them.
    while (threads.length < count) {
      await sealedUpTo(room, seal());
      await wait(250);
    }
    await threads[count - 1]?.isThere;
  };

  await threadNumber(1);
  expect(taken).toBe(0);
  await sealedUpTo(room, seal());
  expect(taken).toBe(1);

  const atDeath = seal();
  room.act("add", { by: 1 });
  while (taken < 2) await wait(1);
  await threads[0]?.worker.terminate();
  await sealedUpTo(room, atDeath);

  await threadNumber(2);
  const takenBefore = taken;
  await sealedUpTo(room, seal());
  expect(taken).toBe(takenBefore + 1);

  room.act("finish", null);
  const { report } = await server.round("reported");
  expect(report.actions).toBe(room.head.seq);
  expect(room.received.filter(({ type }) => type === "refusal")).toEqual([]);
  await room.leave();
  expect((await replay(server)).heights).toBeGreaterThan(5);
});
