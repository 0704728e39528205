import { schema, t } from "@colyseus/schema";
import { decodeValue, type Value } from "@weft/protocol";
import { describe, expect, test, vi } from "vitest";
import { z } from "zod";
import { createGameInstance } from "./createGameInstance.ts";
import { defineGame } from "./defineGame.ts";
import { MAX_LOGGED_ERRORS, MAX_MESSAGE_CHARS } from "./limits.ts";
import { sampleGame } from "./sampleGame.ts";
import { hashOf, payoutOf, startGame } from "./testing.ts";
import type { GameContext, GameReport, Player } from "./types.ts";

const State = schema({ count: t.number().default(0) }, "State");
type Context = GameContext<InstanceType<typeof State>>;

/** A game around what a test wants to look into. */
function gameWith(parts: {
  tick?: (ctx: Context) => void;
  act?: (ctx: Context) => void;
  report?: (ctx: Context) => GameReport;
  onJoin?: (ctx: Context, player: Player) => void;
  seconds?: number;
}) {
  return defineGame({
    name: "probe",
    state: State,
    tickRateHz: 10,
    round: { seconds: parts.seconds ?? 1, maxMints: 2, items: ["crown"] },
    actions: { act: { input: z.any(), run: (ctx) => parts.act?.(ctx) } },
    tick: (ctx) => parts.tick?.(ctx),
    onJoin: (ctx, player) => parts.onJoin?.(ctx, player),
    report: (ctx) => parts.report?.(ctx) ?? { results: null, mints: [] },
  });
}

describe("players", () => {
  test("are in the context while they are in the room, in the order in which they joined", () => {
    const seen: number[][] = [];
    const game = gameWith({ tick: (ctx) => seen.push(ctx.players.map(({ lane }) => lane)) });
    const { instance, join } = startGame(game);
    instance.tick(1);
    join(1);
    join(0);
    instance.tick(2);
    instance.leave(1, "left");
    instance.tick(3);
    expect(seen).toEqual([[], [1, 0], [0]]);
  });

  test("beyond the game's number are refused with ROOM_FULL and change nothing", () => {
    const { instance, join } = startGame(sampleGame, { players: 4 });
    const before = instance.stateHash();
    expect(() => join(4)).toThrow(expect.objectContaining({ code: "ROOM_FULL" }));
    expect(instance.stateHash()).toBe(before);
  });

  test("can't join twice, nor act or leave without being there: PLAYER_INVALID", () => {
    const { instance, join, act } = startGame(sampleGame, { players: 1 });
    const refused = expect.objectContaining({ code: "PLAYER_INVALID" });
    expect(() => join(0)).toThrow(refused);
    expect(() => instance.join({ lane: 5, sessionId: hashOf(100), payout: payoutOf(5) })).toThrow(
      refused,
    );
    expect(() => act(9, "draw", { count: 1 })).toThrow(refused);
    expect(() => instance.leave(9, "left")).toThrow(refused);
  });
});

describe("frames", () => {
  test("run the action with the input as the schema has it", () => {
    const { instance, act } = startGame(sampleGame, { players: 1 });
    expect(act(0, "draw", { count: 2, more: "stripped" })).toEqual({ applied: true });
    expect(instance.state.hands.get(hashOf(100))?.cards.length).toBe(2);
  });

  test("of an action that isn't the game's own are refused with ACTION_UNKNOWN", () => {
    const { instance, act } = startGame(sampleGame, { players: 1 });
    const before = instance.stateHash();
    for (const name of ["fly", "constructor", "__proto__", "hasOwnProperty", ""]) {
      expect(act(0, name)).toMatchObject({ applied: false, code: "ACTION_UNKNOWN" });
    }
    expect(instance.stateHash()).toBe(before);
  });

  test("that the schema refuses change nothing: INPUT_REFUSED, with a bounded message", () => {
    const { instance, act } = startGame(sampleGame, { players: 1 });
    const before = instance.stateHash();
    const outcome = act(0, "draw", { count: 4 });
    expect(outcome).toMatchObject({
      code: "INPUT_REFUSED",
      message: expect.stringMatching(/count: .*3/),
    });
    const strict = defineGame({
      name: "strict",
      state: State,
      tickRateHz: 1,
      actions: { act: { input: z.strictObject({}), run() {} } },
    });
    const long = startGame(strict, { players: 1 }).act(0, "act", { ["k".repeat(1000)]: 1 });
    expect(long).toMatchObject({ code: "INPUT_REFUSED" });
    expect("message" in long && long.message.length).toBeLessThanOrEqual(MAX_MESSAGE_CHARS);
    expect(instance.stateHash()).toBe(before);
  });

  test("whose action throws leave the room running: ACTION_FAILED names action, player and cause", () => {
    const { instance, errors, act } = startGame(sampleGame, { players: 1 });
    expect(act(0, "trip")).toMatchObject({ applied: false, code: "ACTION_FAILED" });
    expect(errors).toHaveLength(1);
    expect(errors[0]).toMatchObject({
      code: "ACTION_FAILED",
      details: { action: "trip", lane: 0, player: hashOf(100) },
      cause: new Error("tripped"),
    });
    // Half of the change is there, and every replay has the same half.
    const other = startGame(sampleGame, { players: 1 });
    other.act(0, "trip");
    expect(other.instance.state.secret).toBeGreaterThan(0);
    expect(other.instance.stateHash()).toBe(instance.stateHash());
    expect(act(0, "draw", { count: 1 })).toEqual({ applied: true });
  });

  test("whose schema is asynchronous fail, and don't hang", () => {
    const game = defineGame({
      name: "slow",
      state: State,
      tickRateHz: 1,
      actions: { act: { input: z.number().refine(async () => true), run() {} } },
    });
    const { act } = startGame(game, { players: 1 });
    expect(act(0, "act", 1)).toMatchObject({ code: "ACTION_FAILED" });
  });
});

describe("the clock", () => {
  test("is the newest tick's, and never goes backwards: TICK_INVALID", () => {
    const { instance } = startGame(sampleGame);
    expect(instance.nowMs).toBe(0);
    instance.tick(1000);
    instance.tick(1000);
    for (const wrong of [999, 1000.5, Number.NaN, -1, 2 ** 60]) {
      expect(() => instance.tick(wrong)).toThrow(expect.objectContaining({ code: "TICK_INVALID" }));
    }
    expect(instance.nowMs).toBe(1000);
  });
});

describe("code that misbehaves", () => {
  test("in a hook is reported, and time goes on", () => {
    const game = gameWith({
      tick() {
        throw "no error at all";
      },
      onJoin() {
        throw new Error("unwelcome");
      },
    });
    const { instance, errors, join } = startGame(game);
    join(3);
    instance.tick(10);
    expect(instance.nowMs).toBe(10);
    expect(instance.players).toHaveLength(1);
    expect(errors).toMatchObject([
      {
        code: "HOOK_FAILED",
        details: { hook: "onJoin", lane: 3 },
        message: expect.stringMatching(/unwelcome/),
      },
      { code: "HOOK_FAILED", details: { hook: "tick" }, cause: "no error at all" },
    ]);
  });

  test("is silent for nobody: without a listener the first errors go to the console", () => {
    const log = vi.spyOn(console, "error").mockImplementation(() => {});
    const game = gameWith({
      tick() {
        throw new Error("again");
      },
    });
    const instance = createGameInstance(game, { room: payoutOf(1), seed: hashOf(1) });
    for (let n = 0; n < MAX_LOGGED_ERRORS + 5; n++) instance.tick(n);
    expect(log).toHaveBeenCalledTimes(MAX_LOGGED_ERRORS);
    log.mockRestore();
  });

  test("returning a promise is ASYNC_GAME_CODE, and its rejection ends nothing", () => {
    const game = gameWith({ tick: () => Promise.reject(new Error("late")) });
    const { instance, errors } = startGame(game);
    instance.tick(1);
    expect(errors).toMatchObject([{ code: "HOOK_FAILED", cause: { code: "ASYNC_GAME_CODE" } }]);
  });

  test("that keeps the context can't use randomness or end rounds later: ASYNC_GAME_CODE", () => {
    let kept: Context | undefined;
    const game = gameWith({
      tick(ctx) {
        kept = ctx;
      },
    });
    const { instance, open } = startGame(game);
    open();
    instance.tick(1);
    const refused = expect.objectContaining({ code: "ASYNC_GAME_CODE" });
    expect(() => kept?.random.int(1, 2)).toThrow(refused);
    expect(() => kept?.endRound()).toThrow(refused);
  });
});

describe("rounds", () => {
  test("last their ticks: each of them sees the round running", () => {
    const seen: unknown[] = [];
    const game = gameWith({
      seconds: 0.3,
      tick: ({ round }) => seen.push(round && [round.ticksLeft, round.over]),
    });
    const { instance, open } = startGame(game);
    expect(instance.roundOver).toBe(false);
    open();
    for (let n = 1; n <= 3; n++) {
      expect(instance.roundOver).toBe(false);
      instance.tick(n);
    }
    expect(instance.roundOver).toBe(true);
    instance.tick(4);
    expect(instance.round).toMatchObject({ ticksLeft: 0, secondsLeft: 0, over: true });
    instance.roundClose();
    instance.tick(5);
    expect(instance.roundOver).toBe(false);
    expect(seen).toEqual([[3, false], [2, false], [1, false], [0, true], undefined]);
  });

  test("end early when the game says so", () => {
    const { instance, act, open } = startGame(gameWith({ act: (ctx) => ctx.endRound() }), {
      players: 1,
    });
    expect(act(0, "act")).toMatchObject({ code: "ACTION_FAILED" });
    open();
    expect(act(0, "act")).toEqual({ applied: true });
    expect(instance.roundOver).toBe(true);
  });

  test("that are over take no more actions until they are closed: ROUND_OVER", () => {
    const game = gameWith({ act: ({ state }) => state.count++ });
    const { instance, act, open } = startGame(game, { players: 1 });
    open();
    for (let n = 1; n <= 10; n++) instance.tick(n);
    const before = instance.stateHash();
    expect(act(0, "act")).toMatchObject({ applied: false, code: "ROUND_OVER" });
    expect(instance.stateHash()).toBe(before);
    instance.roundClose();
    expect(act(0, "act")).toEqual({ applied: true });
  });

  test("open one at a time, and only in games that have them: ROUND_INVALID", () => {
    const refused = expect.objectContaining({ code: "ROUND_INVALID" });
    const { instance, open } = startGame(gameWith({}));
    expect(() => instance.report()).toThrow(refused);
    expect(() => instance.roundClose()).toThrow(refused);
    open();
    expect(() => open()).toThrow(refused);
    const endless = defineGame({ name: "endless", state: State, tickRateHz: 1, actions: {} });
    expect(() => startGame(endless).open()).toThrow(refused);
  });

  test("take their randomness from their own seed", () => {
    const draws: number[] = [];
    const game = gameWith({ tick: (ctx) => draws.push(ctx.random.int(0, 1_000_000)) });
    for (const ticksBefore of [0, 3]) {
      const { instance, open } = startGame(game);
      for (let n = 0; n < ticksBefore; n++) instance.tick(n);
      open();
      instance.tick(10);
    }
    expect(draws).toHaveLength(5);
    expect(draws[4]).toBe(draws[0]);
  });
});

describe("reports", () => {
  const reporting = (report: (ctx: Context) => unknown, cap = 2) => {
    const started = startGame(gameWith({ report: report as (ctx: Context) => GameReport }), {
      players: 2,
    });
    started.open(cap);
    return started.instance;
  };
  const withMints = (mints: (ctx: Context) => unknown) =>
    reporting((ctx) => ({ results: null, mints: mints(ctx) }));

  test("name payout addresses and carry the results as a canonical value", () => {
    const instance = reporting((ctx) => ({
      results: { scores: [1, 2n] },
      mints: [{ to: ctx.players[1], item: "crown" }],
    }));
    const { results, mints } = instance.report();
    expect(decodeValue(results)).toEqual({ scores: [1, 2n] });
    expect(mints).toEqual([{ to: payoutOf(1), item: "crown" }]);
  });

  test("stay within the round's cap and the game's own: REPORT_OVER_CAP", () => {
    const crowns = (count: number) => (ctx: Context) => ({
      results: null,
      mints: Array(count).fill({ to: ctx.players[0], item: "crown" }),
    });
    const refused = expect.objectContaining({ code: "REPORT_OVER_CAP" });
    expect(() => reporting(crowns(2), 1).report()).toThrow(refused);
    expect(() => reporting(crowns(3), 100).report()).toThrow(refused);
    expect(reporting(crowns(2), 100).report().mints).toHaveLength(2);
  });

  test("give prizes only to who is in the room: MINT_TO_STRANGER", () => {
    const refused = expect.objectContaining({ code: "MINT_TO_STRANGER" });
    const forged = { id: hashOf(1), lane: 0, payout: payoutOf(66) };
    expect(() => withMints(() => [{ to: forged, item: "crown" }]).report()).toThrow(refused);
    expect(() => withMints(() => [{ to: undefined, item: "crown" }]).report()).toThrow(refused);
    let left: Player | undefined;
    const instance = withMints((ctx) => {
      left ??= ctx.players[0];
      return [{ to: left, item: "crown" }];
    });
    expect(instance.report().mints).toHaveLength(1);
    instance.leave(0, "left");
    expect(() => instance.report()).toThrow(refused);
  });

  test("never mint to an address that the game made up for a player who is there", () => {
    const instance = withMints((ctx) => [
      { to: { ...ctx.players[0], payout: payoutOf(66) }, item: "crown" },
    ]);
    expect(instance.report().mints[0]?.to).toBe(payoutOf(0));
  });

  test("name items that can be minted and that the game declared: ITEM_INVALID", () => {
    for (const item of ["", "x".repeat(32), "\ud800", 7, "sword"]) {
      const instance = withMints((ctx) => [{ to: ctx.players[0], item }]);
      expect(() => instance.report()).toThrow(expect.objectContaining({ code: "ITEM_INVALID" }));
    }
  });

  test("with results that can't be encoded or are too large are RESULTS_INVALID", () => {
    for (const results of [() => 1, new Date(0), { deep: Symbol("x") }, "x".repeat(65_536)]) {
      const instance = reporting(() => ({ results, mints: [] }));
      expect(() => instance.report()).toThrow(expect.objectContaining({ code: "RESULTS_INVALID" }));
    }
  });

  test("that throw are REPORT_FAILED and leave no trace", () => {
    const instance = reporting((ctx) => {
      ctx.random.int(1, 6);
      throw new Error("no idea");
    });
    const before = instance.stateHash();
    expect(() => instance.report()).toThrow(
      expect.objectContaining({ code: "REPORT_FAILED", message: "report failed: no idea" }),
    );
    expect(instance.stateHash()).toBe(before);
    expect(() => reporting(() => undefined).report()).not.toThrow();
  });

  test("that change the state are found with guards: REPORT_CHANGED_STATE", () => {
    const instance = reporting((ctx) => {
      ctx.state.count++;
      return { results: null, mints: [] };
    });
    expect(() => instance.report()).toThrow(
      expect.objectContaining({ code: "REPORT_CHANGED_STATE" }),
    );
  });
});

describe("state hashes", () => {
  test("fail with STATE_UNENCODABLE and the place of what can't be encoded", () => {
    const { instance } = startGame(
      gameWith({
        tick(ctx) {
          Object.assign(ctx.state, { when: new Date(0) as unknown as Value });
        },
      }),
    );
    instance.tick(1);
    expect(() => instance.stateHash()).toThrow(
      expect.objectContaining({ code: "STATE_UNENCODABLE", details: { path: "state.when" } }),
    );
  });
});
