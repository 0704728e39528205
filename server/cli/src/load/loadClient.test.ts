import { ClientError, ServerError } from "@weft/client-sdk";
import type { LeanRoom } from "@weft/client-sdk/load";
import { type Game, SeededRandom } from "@weft/game";
import { hashOf } from "@weft/game/testing";
import type { CodedError } from "@weft/protocol";
import { expect, test } from "vitest";
import type { LoadBot } from "./bot.ts";
import { LoadClient } from "./loadClient.ts";
import { Meter } from "./meter.ts";

/** A client in a room where everything happens when the test says so, on its clock. */
function setUp(bot: LoadBot = () => ({ action: "add", input: { n: 1 } })) {
  const listeners: Record<string, (news: never) => void> = {};
  const on = (name: string) => (listener: (news: never) => void) => {
    listeners[name] = listener;
  };
  const lost: number[] = [];
  const meter = new Meter(0);
  let nowMs = 0;
  let [seq, refusal]: [number, CodedError | undefined] = [0, undefined];
  const { promise: closed, resolve: close } = Promise.withResolvers<number>();
  const room = {
    sessionId: hashOf(1),
    act: {
      add() {
        if (refusal !== undefined) throw refusal;
        return { seq: ++seq };
      },
    },
    onFinality: on("finality"),
    onError: on("error"),
  };
  const client = new LoadClient({
    ...{ index: 3, bot, random: new SeededRandom(hashOf(2)) },
    place: {
      room,
      closed,
      traffic: () => ({ bytesIn: 0, bytesOut: 0 }),
    } as unknown as LeanRoom<Game>,
    meters: () => [meter],
    nowMs: () => nowMs,
    onLost: (code) => void lost.push(code),
  });
  return {
    client,
    meter,
    lost,
    at(ms: number) {
      nowMs = ms;
    },
    refuse(code: "SEND_BUFFER_FULL" | "INPUT_REFUSED") {
      refusal = new ClientError(code, "no");
    },
    finality(applied: number, sequenced: number) {
      listeners.finality?.({ applied, sequenced } as never);
    },
    refused(code: string, of: number) {
      listeners.error?.(new ServerError(code, "no", { details: { seq: of } }) as never);
    },
    async leave(code: number) {
      close(code);
      await closed;
    },
  };
}

test("applied and ordered are told apart, each once, from when the action was due", () => {
  const { client, meter, at, finality } = setUp();
  for (const dueMs of [10, 20, 30]) client.act(dueMs);
  at(50);
  finality(2, 1);
  at(100);
  finality(3, 3);
  const { actions, latencyMs } = meter.read(1_000);
  expect(actions).toMatchObject({ wanted: 3, sent: 3, applied: 3, ordered: 3 });
  expect([latencyMs.applied?.max, latencyMs.ordered?.max].map(Math.round as never)).toEqual([
    70, 80,
  ]);
  expect(meter.outstanding).toBe(0);
});

test("what the room refuses is an error, but not what came after a round", () => {
  const { client, meter, finality, refused } = setUp();
  for (const dueMs of [10, 20]) client.act(dueMs);
  refused("ACTION_FAILED", 1);
  refused("ROUND_OVER", 2);
  finality(2, 2);
  const { actions, errors } = meter.read(1_000);
  expect(errors.byCode).toEqual({ ACTION_FAILED: 1 });
  expect(actions).toMatchObject({ ordered: 2, afterRound: 1 });
});

test("a client that is lost fails: what was on its way, and all that is due", async () => {
  const { client, meter, lost, leave, refuse } = setUp();
  client.act(10);
  refuse("SEND_BUFFER_FULL");
  client.act(20);
  await leave(4103);
  client.act(30);
  expect(lost).toEqual([4103]);
  expect(client.isConnected).toBe(false);
  const { actions, errors } = meter.read(1_000);
  expect(errors.byCode).toEqual({ NOT_CONNECTED: 2, SEND_BUFFER_FULL: 1 });
  expect(actions).toMatchObject({ wanted: 3, sent: 1, ordered: 0 });
  expect(meter.outstanding).toBe(0);
});

test("what nobody answers is given up; the answer may still come", () => {
  const { client, meter, finality } = setUp();
  for (const dueMs of [10, 20]) client.act(dueMs);
  finality(1, 1);
  client.giveUp();
  client.act(30);
  finality(3, 3);
  expect(meter.read(1_000)).toMatchObject({
    actions: { wanted: 3, ordered: 2 },
    errors: { byCode: { UNANSWERED: 1 } },
  });
});

test("a bot may do nothing", () => {
  const { client, meter } = setUp(() => undefined);
  client.act(10);
  expect(meter.read(1_000).actions).toMatchObject({ wanted: 0, idle: 1, sent: 0 });
});

test("BOT_FAILED names the client and the action", () => {
  const failing = setUp(() => {
    throw new Error("no idea");
  });
  const details = { client: 3, action: 1 };
  expect(() => failing.client.act(10)).toThrow(
    expect.objectContaining({ code: "BOT_FAILED", details }),
  );
  const unknown = setUp(() => ({ action: "fly" }));
  expect(() => unknown.client.act(10)).toThrow(expect.objectContaining({ code: "BOT_FAILED" }));
  const refused = setUp();
  refused.refuse("INPUT_REFUSED");
  expect(() => refused.client.act(10)).toThrow(expect.objectContaining({ code: "BOT_FAILED" }));
});
