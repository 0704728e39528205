import { createGameInstance, type GameActions, type GameState, gameHash } from "@weft/game";
import { decodeValue, type Hash, type Value } from "@weft/protocol";
import fc from "fast-check";
import { describe, expect, expectTypeOf, test } from "vitest";
import { ArenaState, arena, createArena, Gem, rules, type Ship } from "./arena.ts";

const hashOf = (n: number): Hash => `0x${n.toString(16).padStart(64, "0")}`;
const payoutOf = (n: number): Hash => `0x${n.toString(16).padStart(40, "0")}`;

function startArena(players: number, game = arena, seed = 1) {
  const instance = createGameInstance(game, {
    room: payoutOf(0xaa),
    seed: hashOf(seed),
    guards: true,
    onError(error) {
      throw error;
    },
  });
  const join = (lane: number) =>
    instance.join({ lane, sessionId: hashOf(lane), payout: payoutOf(lane) });
  for (let lane = 0; lane < players; lane++) join(lane);
  return {
    instance,
    state: instance.state,
    join,
    act: (lane: number, action: string, input: Value = null) =>
      instance.frame(lane, { seq: 1, action, input }),
    open: () =>
      instance.roundOpen({ roundId: hashOf(9), cap: 3, deadlineMs: 60_000, seed: hashOf(seed) }),
    tick(count = 1) {
      for (let i = 0; i < count; i++) instance.tick(instance.nowMs + 33);
    },
    ship(lane: number): Ship {
      const ship = instance.state.ships.get(hashOf(lane));
      if (ship === undefined) throw new Error(`lane ${lane} has no ship`);
      return ship;
    },
  };
}

type Arena = ReturnType<typeof startArena>;

function place(arena: Arena, lane: number, at: { x: number; y: number }): void {
  Object.assign(arena.ship(lane), at);
}

/** Puts one gem on the plane, far from all others. */
function placeOnlyGem({ state }: Arena, x: number, y: number, value = 1): void {
  for (const gem of state.gems.values()) Object.assign(gem, { x: 0, y: 899 });
  state.gems.set("only", new Gem({ x, y, value }));
}

describe("ships", () => {
  test("steer until told otherwise, as fast on both axes as on one, and stop at walls", () => {
    const arena = startArena(1);
    place(arena, 0, { x: 100, y: 100 });
    expect(arena.act(0, "move", { dx: 1, dy: 0 })).toEqual({ applied: true });
    arena.tick(2);
    expect(arena.ship(0)).toMatchObject({ x: 112, y: 100 });
    arena.act(0, "move", { dx: -1, dy: 1 });
    arena.tick();
    expect(arena.ship(0)).toMatchObject({ x: 108, y: 104 });
    arena.tick(300);
    expect(arena.ship(0)).toMatchObject({ x: 0, y: rules.HEIGHT });
  });

  test("take no other steering: INPUT_REFUSED", () => {
    const arena = startArena(1);
    for (const input of [
      { dx: 2, dy: 0 },
      { dx: 0.5, dy: 0 },
      { dx: 1 },
      { dx: 1, dy: 0, z: 1 },
      null,
    ]) {
      expect(arena.act(0, "move", input)).toMatchObject({ code: "INPUT_REFUSED" });
    }
  });

  test("dash fast and short, then rest, and not from a standstill", () => {
    const arena = startArena(1);
    place(arena, 0, { x: 100, y: 100 });
    arena.act(0, "dash");
    expect(arena.ship(0).dashTicks).toBe(0);
    arena.act(0, "move", { dx: 1, dy: 0 });
    arena.act(0, "dash");
    arena.tick(rules.DASH_TICKS);
    const dashed = 100 + rules.DASH_TICKS * rules.SPEED * rules.DASH_FACTOR;
    expect(arena.ship(0).x).toBe(dashed);
    arena.act(0, "dash");
    arena.tick();
    expect(arena.ship(0).x).toBe(dashed + rules.SPEED);
  });

  test("take the free seat, and leave with their players", () => {
    const arena = startArena(3);
    arena.instance.leave(1, "left");
    arena.join(7);
    expect([0, 7, 2].map((lane) => arena.ship(lane).seat)).toEqual([0, 1, 2]);
    expect(arena.state.ships.size).toBe(3);
  });
});

describe("a countdown", () => {
  test("holds the ships back, but takes their steering; the round is as long as without", () => {
    const arena = startArena(2, createArena({ roundSeconds: 4, countdownSeconds: 1 }));
    arena.open();
    const { x } = arena.ship(0);
    arena.act(0, "move", { dx: 1, dy: 0 });
    arena.act(0, "dash");
    arena.tick(rules.TICK_RATE_HZ);
    expect(arena.state).toMatchObject({ phase: "countdown", countdownTicks: 0 });
    expect(arena.ship(0)).toMatchObject({ x, dashTicks: 0 });
    arena.tick();
    expect(arena.state).toMatchObject({ phase: "playing", ticksLeft: 4 * rules.TICK_RATE_HZ });
    expect(arena.ship(0).x).toBe(x + rules.SPEED);
  });
});

describe("a player who comes back", () => {
  const had = { x: 700, y: 300, score: 7, gems: 5, hits: 1, scoredAtTick: 3 };

  test("in the same round has what they had", () => {
    const arena = startArena(3);
    arena.open();
    Object.assign(arena.ship(1), had);
    arena.instance.leave(1, "replaced");
    arena.instance.join({ lane: 3, sessionId: hashOf(1), payout: payoutOf(1) });
    expect(arena.ship(1)).toMatchObject(had);
    expect(arena.state.parked.size).toBe(0);
    arena.instance.leave(3, "left");
    arena.instance.roundClose();
    arena.open();
    arena.instance.join({ lane: 4, sessionId: hashOf(1), payout: payoutOf(1) });
    expect(arena.ship(1).score).toBe(0);
  });

  test("is not remembered between rounds, nor beyond what may be kept", () => {
    const arena = startArena(1);
    arena.instance.leave(0, "left");
    expect(arena.state.parked.size).toBe(0);
    arena.join(1);
    arena.open();
    for (let lane = 2; lane < 2 + 2 * rules.MAX_PARKED; lane++) {
      arena.join(lane);
      arena.instance.leave(lane, "left");
    }
    expect(arena.state.parked.size).toBe(rules.MAX_PARKED);
  });
});

describe("gems", () => {
  test("are there while a round is on: more of them for more players", () => {
    const arena = startArena(4);
    arena.tick();
    expect([arena.state.gems.size, arena.state.phase]).toEqual([0, "waiting"]);
    arena.open();
    arena.tick();
    expect([arena.state.gems.size, arena.state.phase]).toEqual([12, "playing"]);
  });

  test("go to the nearest ship in reach, count their value and come back elsewhere", () => {
    const arena = startArena(3);
    arena.open();
    placeOnlyGem(arena, 500, 500, 3);
    place(arena, 0, { x: 480, y: 500 });
    place(arena, 1, { x: 510, y: 500 });
    place(arena, 2, { x: 500, y: 540 });
    const before = arena.state.gems.size;
    arena.tick();
    expect([0, 1, 2].map((lane) => arena.ship(lane).score)).toEqual([0, 3, 0]);
    expect(arena.state.gems.has("only")).toBe(false);
    expect(arena.state.gems.size).toBe(before - 1);
  });
});

describe("hits", () => {
  /** Two ships side by side; the first steers at the second. */
  function duel() {
    const arena = startArena(2);
    arena.open();
    for (const gem of arena.state.gems.values()) Object.assign(gem, { x: 0, y: 899 });
    place(arena, 0, { x: 700, y: 400 });
    place(arena, 1, { x: 750, y: 400 });
    arena.ship(1).score = 5;
    arena.act(0, "move", { dx: 1, dy: 0 });
    return arena;
  }

  test("by a dash cost points, which lie there as a gem, and stun", () => {
    const arena = duel();
    const gems = arena.state.gems.size;
    arena.act(0, "dash");
    arena.tick();
    expect(arena.ship(0)).toMatchObject({ hits: 1, dashTicks: 0 });
    expect(arena.ship(1)).toMatchObject({ score: 3, stunTicks: rules.STUN_TICKS });
    expect(arena.state.gems.size).toBe(gems + 1);
    arena.act(1, "move", { dx: 1, dy: 0 });
    arena.act(1, "dash");
    arena.tick(rules.STUN_TICKS);
    expect(arena.ship(1).x).toBe(750);
    arena.tick();
    expect(arena.ship(1).x).toBe(750 + rules.SPEED);
  });

  test("need a dash, and a round", () => {
    const arena = duel();
    arena.tick(3);
    expect(arena.ship(0).hits).toBe(0);
    const waiting = startArena(2);
    place(waiting, 1, { x: 230, y: 200 });
    waiting.act(0, "move", { dx: 1, dy: 0 });
    waiting.act(0, "dash");
    waiting.tick();
    expect(waiting.ship(0).hits).toBe(0);
  });

  test("count for both who dash into each other", () => {
    const arena = duel();
    arena.act(1, "move", { dx: -1, dy: 0 });
    arena.act(0, "dash");
    arena.act(1, "dash");
    arena.tick();
    expect([arena.ship(0).hits, arena.ship(1).hits]).toEqual([1, 1]);
  });
});

describe("rounds", () => {
  const scored = (arena: Arena, scores: [score: number, atTick: number][]) => {
    scores.forEach(([score, scoredAtTick], lane) => {
      Object.assign(arena.ship(lane), { score, scoredAtTick });
    });
    const { results, mints } = arena.instance.report();
    const { players } = decodeValue(results) as { players: { id: Hash; place: number }[] };
    return { order: players.map(({ id }) => Number(id)), mints };
  };

  test("last 20 seconds of ticks, then everything lies still", () => {
    const arena = startArena(2);
    arena.open();
    arena.act(0, "move", { dx: 1, dy: 1 });
    arena.tick(20 * 30 - 1);
    expect(arena.instance.roundOver).toBe(false);
    arena.tick();
    expect(arena.instance.roundOver).toBe(true);
    const report = arena.instance.report();
    const { x, y } = arena.ship(0);
    arena.act(0, "move", { dx: -1, dy: -1 });
    arena.tick(30);
    expect(arena.state.phase).toBe("over");
    expect(arena.ship(0)).toMatchObject({ x, y });
    expect(arena.instance.report()).toEqual(report);
  });

  test("start from nothing", () => {
    const arena = startArena(2);
    arena.open();
    arena.ship(0).score = 9;
    arena.instance.roundClose();
    arena.open();
    expect(arena.ship(0)).toMatchObject({ score: 0, ...rules.STARTS[0] });
  });

  test("crown the best; with three or more there is a medal, with five a ribbon", () => {
    const two = startArena(2);
    two.open();
    expect(
      scored(two, [
        [1, 5],
        [4, 9],
      ]),
    ).toEqual({
      order: [1, 0],
      mints: [{ to: payoutOf(1), item: "crown" }],
    });
    const five = startArena(5);
    five.open();
    expect(
      scored(five, [
        [1, 0],
        [2, 0],
        [3, 0],
        [4, 0],
        [5, 0],
      ]),
    ).toEqual({
      order: [4, 3, 2, 1, 0],
      mints: [
        { to: payoutOf(4), item: "crown" },
        { to: payoutOf(3), item: "medal" },
        { to: payoutOf(2), item: "ribbon" },
      ],
    });
  });

  test("decide ties by who was there first, in points and then in the room", () => {
    const arena = startArena(4);
    arena.open();
    expect(
      scored(arena, [
        [3, 7],
        [3, 5],
        [3, 7],
        [0, 0],
      ]).order,
    ).toEqual([1, 0, 2, 3]);
  });

  test("have no winner when nobody has a point", () => {
    const arena = startArena(3);
    arena.open();
    expect(arena.instance.report().mints).toEqual([]);
  });

  test("can be of another length, which makes it another program", () => {
    const short = createArena({ roundSeconds: 2 });
    const arena2 = startArena(2, short);
    arena2.open();
    arena2.tick(60);
    expect(arena2.instance.roundOver).toBe(true);
    expect(gameHash(short)).not.toBe(gameHash(arena));
    expect(gameHash(createArena())).toBe(gameHash(arena));
  });
});

describe("the arena as a program", () => {
  const play = fc.record({
    players: fc.integer({ min: 2, max: 8 }),
    seed: fc.nat(),
    steps: fc.array(
      fc.record({
        lane: fc.nat({ max: 7 }),
        dx: fc.integer({ min: -1, max: 1 }),
        dy: fc.integer({ min: -1, max: 1 }),
        dash: fc.boolean(),
        ticks: fc.nat({ max: 12 }),
      }),
      { maxLength: 60 },
    ),
  });

  function run({ players, seed, steps }: typeof play extends fc.Arbitrary<infer T> ? T : never) {
    const arena = startArena(players, createArena({ roundSeconds: 10 }), seed);
    arena.open();
    for (const { lane, dx, dy, dash, ticks } of steps) {
      arena.act(lane % players, "move", { dx, dy });
      if (dash) arena.act(lane % players, "dash");
      arena.tick(ticks);
      for (const ship of arena.state.ships.values()) {
        expect(Number.isInteger(ship.x) && Number.isInteger(ship.y)).toBe(true);
        expect(ship.x >= 0 && ship.x <= rules.WIDTH).toBe(true);
        expect(ship.y >= 0 && ship.y <= rules.HEIGHT).toBe(true);
      }
    }
    const { results, mints } = arena.instance.report();
    return { hash: arena.instance.stateHash(), results, mints };
  }

  test("keeps ships on the plane, mints within the cap and repeats itself exactly", () => {
    fc.assert(
      fc.property(play, (round) => {
        const first = run(round);
        expect(first.mints.length).toBeLessThanOrEqual(3);
        expect(run(round)).toEqual(first);
      }),
      { numRuns: 40 },
    );
  });

  test("tells clients the types of state and actions", () => {
    expectTypeOf<GameState<typeof arena>>().toEqualTypeOf<ArenaState>();
    expectTypeOf<GameActions<typeof arena>["move"]>().toEqualTypeOf<
      (input: { dx: number; dy: number }) => void
    >();
    expectTypeOf<GameActions<typeof arena>["dash"]>().toEqualTypeOf<(input?: null) => void>();
    expect(new arena.state()).toBeInstanceOf(ArenaState);
  });
});
