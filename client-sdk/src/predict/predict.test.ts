import { createChance } from "@weft/protocol/testing";
import { describe, expect, test } from "vitest";
import { MAX_PREDICTED_ACTIONS, MAX_PREDICTED_TICKS } from "../limits.ts";
import { predict } from "./predict.ts";
import type { Correction, PredictOptions } from "./prediction.ts";
import { DASH_FACTOR, type FieldState, SPEED, START, TICK_RATE_HZ, testGame } from "./testGame.ts";
import { simulate } from "./testNetwork.ts";
import type { SimulatedOptions } from "./testServer.ts";

const FRAME_MS = 1000 / 60;
/** Units that a craft flies in a frame. */
const STEP = (SPEED * TICK_RATE_HZ) / 60;
/** Default of `smoothMs`: the share of an error that goes in a frame. */
const SMOOTHED = 1 - Math.exp(-FRAME_MS / 100);

/** 100 ms there and back. */
const STEADY = { latencyMs: 50, jitterMs: 0, loss: 0 };
/** 80 to 120 ms, and of 20 packets one is lost and sent again 200 ms later, with all that is behind it. */
const BAD = { latencyMs: 40, jitterMs: 20, loss: 0.05 };

async function play(
  conditions: Partial<SimulatedOptions> = {},
  options: PredictOptions<FieldState> = {},
) {
  const net = await simulate(testGame, { seed: 1, others: 3, ...STEADY, ...conditions });
  const now = () => net.time.nowMs;
  const view = predict(net.room, testGame, { now, angles: ["heading"], snap: 400, ...options });
  const corrections: Correction[] = [];
  view.onCorrection((correction) => corrections.push(correction));
  const craftOf = (state: FieldState, id: string) => {
    const craft = state.crafts.get(id);
    if (craft === undefined) throw new Error(`no craft of ${id}`);
    return craft;
  };
  return {
    ...net,
    view,
    corrections,
    get mine() {
      return craftOf(view.state, net.me);
    },
    get mineAtServer() {
      return craftOf(net.server.instance.state, net.me);
    },
    other: (n: number) => craftOf(view.state, net.server.idOf(n)),
    /** Draws frames. `between` runs after each. */
    async frames(count: number, between?: (frame: number) => void): Promise<void> {
      for (let frame = 0; frame < count; frame++) {
        await net.time.advanceTo(net.time.nowMs + FRAME_MS);
        view.update(net.time.nowMs);
        between?.(frame);
      }
    },
  };
}

describe("the own part, with 100 ms there and back", () => {
  test("answers in the frame after the action, and the server agrees with all of it", async () => {
    const game = await play();
    await game.frames(60);
    const { x } = game.mine;
    game.view.act.move({ dx: 1, dy: 0 });
    await game.frames(1);
    expect(game.mine.x).toBeGreaterThan(x);
    expect(game.room.state.crafts.get(game.me)?.x).toBe(x);
    await game.frames(3);
    expect(game.mine.x - x).toBeGreaterThan(2 * STEP);
    const before = game.mine.x;
    game.view.act.dash();
    await game.frames(4);
    expect(game.mine.x - before).toBeGreaterThan(2 * STEP * DASH_FACTOR);
    expect(game.mine.dashTicks).toBeGreaterThan(0);
    await game.frames(120);
    expect(game.corrections).toEqual([]);
    expect(game.view.stats.rttMs).toBeCloseTo(100, -1);
  });

  test("is drawn evenly, turns included", async () => {
    const game = await play();
    await game.frames(60);
    game.view.act.move({ dx: 1, dy: 0 });
    await game.frames(10);
    let last = game.mine.heading;
    await game.frames(100, () => {
      const { heading } = game.mine;
      // a turn of an eighth a tick goes on beyond half a turn
      expect(heading - last).toBeCloseTo(0.125 / 2, 2);
      last = heading;
    });
    expect(last).toBeGreaterThan(Math.PI);
  });

  test("what throws in the prediction breaks nothing", async () => {
    const game = await play();
    await game.frames(30);
    const { seq } = game.view.act.fail();
    expect(seq).toBe(1);
    game.view.act.move({ dx: 1, dy: 0 });
    await game.frames(2);
    expect(game.mine.x).toBeGreaterThan(START);
    await game.frames(60);
    expect(game.view.stats.pendingActions).toBe(0);
  });

  test("an input that the schema refuses is refused as by the room, and not predicted", async () => {
    const game = await play();
    await game.frames(30);
    const refused = expect.objectContaining({ code: "INPUT_REFUSED" });
    expect(() => game.view.act.move({ dx: 7, dy: 0 })).toThrow(refused);
    expect(game.view.stats.pendingActions).toBe(0);
  });

  test("a leap is shown as one, the player's own and another's", async () => {
    const game = await play();
    await game.frames(30);
    const jumps: number[] = [];
    let last = { mine: game.mine.x, other: game.other(1).x };
    game.view.act.leap();
    game.server.actAs(1, "leap", null);
    await game.frames(60, () => {
      const next = { mine: game.mine.x, other: game.other(1).x };
      jumps.push(next.mine - last.mine, next.other - last.other);
      last = next;
    });
    expect(jumps.filter((jump) => jump !== 0)).toEqual([-900, -900]);
  });

  test("chance decides otherwise at the server: what is made up is not shown", async () => {
    const game = await play();
    await game.frames(30);
    const starsAtServer = () => [...game.server.instance.state.stars.keys()];
    const wanted = starsAtServer();
    // The client predicts that stars are made anew when they are gone, and where.
    game.server.instance.state.stars.clear();
    await game.frames(3, () => expect([...game.view.state.stars.keys()]).toEqual(wanted));
    await game.frames(30);
    expect([...game.view.state.stars.keys()]).toEqual(starsAtServer());
  });
});

describe("others", () => {
  test("are drawn evenly, from their first motion on, where patches come evenly", async () => {
    const game = await play();
    await game.frames(60);
    game.server.actAs(1, "move", { dx: 1, dy: 1 });
    let last = { x: game.other(1).x, y: game.other(1).y };
    const steps: number[] = [];
    await game.frames(160, () => {
      const { x, y } = game.other(1);
      expect(y - last.y).toBeCloseTo(x - last.x);
      steps.push(x - last.x);
      last = { x, y };
    });
    const first = steps.findIndex((step) => step > 0);
    // 50 ms on their way, up to 50 until the next patch, 100 of delay
    expect(first).toBeGreaterThan(0);
    expect(first).toBeLessThan(15);
    // The first and second patch are a tick or two apart, and are drawn as if it were two.
    for (const step of steps.slice(first + 6)) expect(step).toBeCloseTo(STEP, 0);
    expect(Math.max(...steps)).toBeLessThan(1.5 * STEP);
  });
});

describe("a bad network: 80 to 120 ms, a twentieth of all packets lost", () => {
  test.each([1, 2, 3, 4, 5])(
    "answers in the next frame, and neither corrections nor others jump (seed %i)",
    async (seed) => {
      const game = await play({ ...BAD, seed });
      const chance = createChance(1000 + seed);
      const direction = () => Math.floor(chance() * 3) - 1;
      await game.frames(60);
      let last = { x: game.mine.x, y: game.mine.y, ox: game.other(1).x, oy: game.other(1).y };
      let [dx, speed, turn] = [0, 0, 0];
      let turns = 0;
      await game.frames(900, () => {
        const { x, y } = game.mine;
        const { x: ox, y: oy } = game.other(1);
        if (turn !== 0) {
          turns++;
          // It goes the other way than before, by a good part of what it will in the end.
          expect((x - last.x - speed) * Math.sign(turn)).toBeGreaterThan(0.1 * STEP);
        }
        speed = x - last.x;
        // Nobody turns by more than this at once, nor is anything smoothed away faster.
        const largest = Math.max(0, ...game.corrections.map(({ distance }) => distance));
        const most = 2 * STEP + 2 * largest * SMOOTHED;
        expect(Math.max(Math.abs(x - last.x), Math.abs(y - last.y))).toBeLessThan(most);
        // Others may hurry by a quarter after a pause; between two patches they are where they may have been.
        const others = Math.max(Math.abs(ox - last.ox), Math.abs(oy - last.oy));
        expect(others).toBeLessThan(2 * STEP);
        last = { x, y, ox, oy };
        turn = 0;
        if (chance() < 0.05) {
          const next = { dx: direction(), dy: direction() };
          turn = next.dx - dx;
          dx = next.dx;
          game.view.act.move(next);
        }
        if (chance() < 0.03) game.server.actAs(1, "move", { dx: direction(), dy: direction() });
      });
      expect(turns).toBeGreaterThan(15);
      // The network was bad indeed.
      expect(game.corrections.length).toBeGreaterThan(3);

      game.view.act.move({ dx: 0, dy: 0 });
      for (let n = 1; n <= 3; n++) game.server.actAs(n, "move", { dx: 0, dy: 0 });
      await game.frames(240);
      const shown = game.view.state.toJSON();
      const atServer = game.server.instance.state.toJSON();
      for (const craft of Object.values(shown.crafts)) {
        // drawn without its jump from half a turn to minus half a turn
        craft.heading = Math.atan2(Math.sin(craft.heading), Math.cos(craft.heading));
      }
      expect(rounded(shown)).toEqual(rounded(atServer));
    },
  );
});

/** Without the last of what is smoothed away, and what is left of a float32. */
function rounded(value: unknown): unknown {
  return JSON.parse(
    JSON.stringify(value, (_, field) =>
      typeof field === "number" ? Math.round(field * 1000) / 1000 + 0 : field,
    ),
  );
}

describe("when there is nothing to go by", () => {
  test("the state is shown as it is until the server has said how far it is", async () => {
    const game = await play();
    game.view.update();
    expect(game.view.stats.isPredicting).toBe(false);
    expect(game.view.state.toJSON()).toEqual(game.room.state.toJSON());
    expect(game.view.state).not.toBe(game.room.state);
    await game.frames(20);
    expect(game.view.stats.isPredicting).toBe(true);
  });

  test("without patches the prediction goes on for a second at most, and comes back", async () => {
    const game = await play();
    await game.frames(60);
    game.view.act.move({ dx: 1, dy: 0 });
    game.down.conditions = { ...STEADY, latencyMs: 5000 };
    await game.frames(240);
    const { knownTick, drawnTick, ticksRun } = game.view.stats;
    expect(drawnTick - knownTick).toBeLessThanOrEqual(MAX_PREDICTED_TICKS);
    expect(ticksRun).toBe(0);
    const { x } = game.mine;
    expect(x - START).toBeLessThanOrEqual(TICK_RATE_HZ * SPEED);
    await game.frames(10);
    expect(game.mine.x).toBeCloseTo(x);
    game.down.conditions = STEADY;
    await game.frames(360);
    expect(game.mine.x).toBeGreaterThan(game.mineAtServer.x);
    game.view.act.move({ dx: 0, dy: 0 });
    await game.frames(120);
    expect(game.mine.x).toBeCloseTo(game.mineAtServer.x);
  });

  test("a page that was hidden goes on from the newest state", async () => {
    const game = await play();
    await game.frames(60);
    game.view.act.move({ dx: 1, dy: 0 });
    await game.frames(30);
    await game.time.advanceTo(game.time.nowMs + 20_000);
    await game.frames(2);
    expect(game.view.stats.ticksRun).toBeLessThanOrEqual(MAX_PREDICTED_TICKS);
    const ahead = game.mine.x - game.mineAtServer.x;
    expect(ahead).toBeGreaterThan(0);
    expect(ahead).toBeLessThan(3 * SPEED);
  });

  test("time that stands still at the server, as while a report is made, stands still here", async () => {
    const game = await play();
    await game.frames(60);
    game.server.isFrozen = true;
    await game.frames(120);
    game.view.act.move({ dx: 1, dy: 0 });
    await game.frames(120);
    game.server.isFrozen = false;
    await game.frames(120);
    game.view.act.move({ dx: 0, dy: 0 });
    await game.frames(120);
    expect(game.mine.x).toBeCloseTo(game.mineAtServer.x);
  });

  test("more actions than are kept are sent, though not predicted", async () => {
    const game = await play();
    await game.frames(30);
    for (let n = 0; n < MAX_PREDICTED_ACTIONS + 50; n++) game.view.act.move({ dx: 1, dy: 0 });
    expect(game.view.stats.pendingActions).toBe(MAX_PREDICTED_ACTIONS);
    await game.frames(60);
    expect(game.server.head.seq).toBe(MAX_PREDICTED_ACTIONS + 50);
    expect(game.view.stats.pendingActions).toBe(0);
  });
});

describe("connections that break", () => {
  test.each([false, true])(
    "the prediction goes on after it, at a server that was started anew: %s",
    async (isNewProcess) => {
      const game = await play();
      await game.frames(60);
      game.view.act.move({ dx: 1, dy: 0 });
      game.server.actAs(1, "move", { dx: 1, dy: 0 });
      await game.frames(60);
      await game.reconnect(2000, isNewProcess);
      await game.frames(60);
      expect(game.view.stats.isPredicting).toBe(true);
      const before = { mine: game.mine.x, other: game.other(1).x };
      await game.frames(1);
      expect(game.mine.x - before.mine).toBeCloseTo(STEP, 0);
      expect(game.other(1).x - before.other).toBeCloseTo(STEP, 0);
      game.view.act.move({ dx: -1, dy: 0 });
      await game.frames(2);
      expect(game.mine.x).toBeLessThan(before.mine + STEP);
    },
  );

  test("a server whose room is behind what it had said starts over", async () => {
    const game = await play();
    await game.frames(60);
    game.server.rewindTicks(20);
    await game.reconnect(500, true);
    await game.frames(60);
    game.view.act.move({ dx: 1, dy: 0 });
    await game.frames(1);
    expect(game.mine.x).toBeGreaterThan(START);
    await game.frames(120);
    expect(game.corrections).toEqual([]);
  });
});

describe("the state that is shown", () => {
  test("keeps its objects, and follows who comes and goes", async () => {
    const game = await play();
    await game.frames(60);
    const { mine, view } = game;
    const [first, second] = [game.other(1), game.other(2)];
    game.server.leave(1);
    game.server.join(4);
    await game.frames(30);
    expect(game.mine).toBe(mine);
    expect(view.own).toBe(mine);
    expect(game.other(2)).toBe(second);
    expect([...view.state.crafts.values()]).not.toContain(first);
    const ids = [...game.server.instance.state.crafts.keys()];
    expect([...view.state.crafts.keys()]).toEqual(ids);
    game.server.actAs(4, "move", { dx: 1, dy: 0 });
    await game.frames(30);
    expect(game.other(4).x).toBeGreaterThan(START);
  });

  test("without an own part, all are others", async () => {
    const game = await play({}, { own: () => undefined, players: () => [] });
    await game.frames(60);
    expect(game.view.stats.isPredicting).toBe(false);
    expect(game.view.own).toBeUndefined();
    game.view.act.move({ dx: 1, dy: 0 });
    await game.frames(5);
    expect(game.mine.x).toBe(START);
    await game.frames(60);
    expect(game.mine.x).toBeGreaterThan(START);
    expect(game.view.stats.pendingActions).toBe(0);
  });

  test("a round is on in the prediction when it is at the server", async () => {
    const game = await play();
    await game.frames(60);
    game.server.openRound();
    await game.frames(30);
    expect(game.view.state.phase).toBe("playing");
    game.view.act.move({ dx: 1, dy: 0 });
    await game.frames(2);
    expect(game.mine.x).toBeGreaterThan(START);
  });

  test("stays as it is once it is stopped", async () => {
    const game = await play();
    await game.frames(60);
    game.view.stop();
    game.view.act.move({ dx: 1, dy: 0 });
    await game.frames(60);
    expect(game.mine.x).toBe(START);
  });
});
