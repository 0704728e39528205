import { silentLogger } from "@weft/node";
import { type RoundReport, ZERO_HASH } from "@weft/protocol";
import { expect, test } from "vitest";
import { HeldSeals } from "../../test/heldSeals.ts";
import { TestChain, ZK } from "../../test/runtimeRoom.ts";
import { roomSettings } from "../settings.ts";
import { RoundRunner } from "./roundRunner.ts";

/** A room in whose round two players are, and whose seals nobody verifies before the test says so. */
async function startRound() {
  const held = new HeldSeals();
  const chain = new TestChain();
  const room = chain.createRoom(held);
  const [one, other] = [room.join(await chain.login()), room.join(await chain.login())];
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
    onChange: () => {},
  });
  const untilPhase = async (phase: string) => {
    while (runner.phase !== phase) {
      runner.step();
      await new Promise(setImmediate);
    }
  };
  await untilPhase("playing");
  room.events.length = 0;
  return {
    held,
    chain,
    room,
    one,
    other,
    runner,
    settings,
    reported: reported.promise,
    untilPhase,
  };
}

test("what a player sent before a round's end counts in it, though a seal held it up", async () => {
  const { room, one, other, runner } = await startRound();
  one.act();
  one.seal();
  one.act();
  other.act("finish", null);
  runner.step();
  expect(runner.phase).toBe("sealing");
  expect(room.log()).toEqual([
    ...["frame 0:1", "frame 1:1", "seal 0:1", "frame 0:2"],
    ...["roundEnd", "checkpoint"],
  ]);
});

test("a seal that is being verified when the grace is over keeps its player in the report", async () => {
  const { chain, held, room, one, other, settings, runner, reported, untilPhase } =
    await startRound();
  one.act();
  other.act("finish", null);
  await untilPhase("sealing");
  one.seal();
  other.seal();
  chain.nowMs += settings.sealGraceMs;
  runner.step();
  expect(runner.phase).toBe("reporting");
  expect(held.waiting).toBe(2);
  await untilPhase("lobby");
  expect((await reported).actions).toBe(2);
  expect(room.runtime.seats.size).toBe(2);
  expect(room.log()).toEqual([
    ...["frame 0:1", "frame 1:1", "roundEnd", "checkpoint"],
    ...["seal 0:1", "seal 1:1", "report", "checkpoint"],
  ]);
  held.answerAll();
  expect(room.log()).toHaveLength(8);
});

test("a round that the room's end makes void has what was on its way", async () => {
  const { room, one, runner } = await startRound();
  one.act();
  one.seal();
  one.act();
  await runner.stop("the room is empty");
  expect(room.log()).toEqual(["frame 0:1", "seal 0:1", "frame 0:2", "roundVoid"]);
});
