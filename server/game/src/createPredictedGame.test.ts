import { schema, t } from "@colyseus/schema";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { createPredictedGame, type KnownGame } from "./createPredictedGame.ts";
import { defineGame } from "./defineGame.ts";
import { sampleGame } from "./sampleGame.ts";
import { hashOf, startGame } from "./testing.ts";

const Walker = schema({ x: t.int32().default(0), stamina: t.uint8().default(9) }, "AheadWalker");
const WalkState = schema({ walkers: t.map(Walker), dice: t.array("number") }, "AheadState");

const walk = defineGame({
  name: "walk",
  state: WalkState,
  tickRateHz: 20,
  round: { seconds: 1, maxMints: 0 },
  actions: {
    go: {
      input: z.strictObject({ steps: z.int().min(1).max(3) }),
      run(ctx, player, { steps }) {
        const walker = ctx.state.walkers.get(player.id);
        if (walker !== undefined) walker.x += steps;
      },
    },
    roll: {
      input: z.null(),
      run: (ctx) => void ctx.state.dice.push(ctx.random.int(1, 1_000_000)),
    },
    trip: {
      input: z.null(),
      run() {
        throw new Error("tripped");
      },
    },
  },
  onJoin(ctx, player) {
    ctx.state.walkers.set(player.id, new Walker());
  },
  tick(ctx) {
    if (ctx.tick === 13) throw new Error("an unlucky tick");
    for (const walker of ctx.state.walkers.values()) walker.x += 10;
    if (ctx.round !== undefined && ctx.round.ticksLeft === 1) ctx.state.dice.push(0);
  },
});

const me = hashOf(100);

/** The same game at the server and ahead of it. */
function start() {
  const { instance, act, open } = startGame(walk, { players: 2 });
  const ahead = createPredictedGame(walk);
  let nowMs = 1_000_000;
  const known = (): KnownGame<(typeof instance)["state"]> => {
    const { state, ticks: tick, players, round } = instance;
    return { state, tick, tickMs: instance.nowMs, players, round };
  };
  return {
    instance,
    act,
    open,
    ahead,
    known,
    tick() {
      nowMs += 50;
      instance.tick(nowMs);
    },
  };
}

describe("a game that runs ahead", () => {
  test("comes to what the server comes to, from any state that it is given", () => {
    const game = start();
    for (let round = 0; round < 3; round++) {
      game.tick();
      game.ahead.reset(game.known());
      expect(game.ahead.act(me, { action: "go", input: { steps: 2 } })).toEqual({ applied: true });
      expect(game.ahead.advance()).toBe(true);
      expect(game.ahead.tick).toBe(game.instance.ticks + 1);
      game.act(0, "go", { steps: 2 });
      game.tick();
      expect(game.ahead.state.toJSON()).toEqual(game.instance.state.toJSON());
    }
  });

  test("changes nothing of what it was given", () => {
    const game = start();
    const before = game.instance.stateHash();
    game.ahead.reset(game.known());
    game.ahead.act(me, { action: "go", input: { steps: 3 } });
    game.ahead.act(me, { action: "roll", input: null });
    game.ahead.advance();
    expect(game.instance.stateHash()).toBe(before);
  });

  test("answers what fails and what is refused, and goes on", () => {
    const { ahead, known } = start();
    ahead.reset(known());
    expect(ahead.act(me, { action: "trip", input: null })).toMatchObject({ code: "ACTION_FAILED" });
    expect(ahead.act(me, { action: "go", input: null })).toMatchObject({ code: "INPUT_REFUSED" });
    expect(ahead.act(me, { action: "fly", input: null })).toMatchObject({ code: "ACTION_UNKNOWN" });
    const stranger = ahead.act(hashOf(5), { action: "roll", input: null });
    expect(stranger).toMatchObject({ applied: false });
    expect(ahead.advance()).toBe(true);
  });

  test("a tick that throws is over all the same", () => {
    const { ahead, known } = start();
    ahead.reset({ ...known(), tick: 12 });
    expect(ahead.advance()).toBe(false);
    expect(ahead.tick).toBe(13);
    expect(ahead.advance()).toBe(true);
  });

  test("makes chance up, the same in each attempt, and never as the server has it", () => {
    const { ahead, act, instance, known } = start();
    const roll = () => {
      ahead.reset(known());
      ahead.advance();
      ahead.act(me, { action: "roll", input: null });
      return [...ahead.state.dice];
    };
    const first = roll();
    expect(roll()).toEqual(first);
    expect(ahead.guesses).toBe(2);
    act(0, "roll");
    expect([...instance.state.dice]).not.toEqual(first);
  });

  test("a round runs on, and takes no actions when it is over", () => {
    const { ahead, known, open } = start();
    open(0);
    ahead.reset(known());
    for (let tick = 0; tick < 12; tick++) ahead.advance();
    ahead.reset({ ...known(), round: { id: hashOf(1), cap: 0, ticksLeft: 1 } });
    expect(ahead.act(me, { action: "roll", input: null })).toEqual({ applied: true });
    ahead.advance();
    expect(ahead.state.dice.at(-1)).toBe(0);
    expect(ahead.act(me, { action: "roll", input: null })).toMatchObject({ code: "ROUND_OVER" });
  });

  test("works for every kind of state", () => {
    const { instance } = startGame(sampleGame, { players: 2 });
    const ahead = createPredictedGame(sampleGame);
    const { state, players, round } = instance;
    ahead.reset({ state, tick: 0, tickMs: 0, players, round });
    ahead.act(me, { action: "mark", input: "mine" });
    ahead.advance();
    expect([...(ahead.state.hands.get(me)?.marks.values() ?? [])]).toEqual(["min"]);
    ahead.reset({ state, tick: 0, tickMs: 0, players, round });
    expect(ahead.state.toJSON()).toEqual(state.toJSON());
  });
});
