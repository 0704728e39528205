import { describe, expect, test } from "vitest";
import { predict } from "./predict.ts";
import type { PredictOptions } from "./prediction.ts";
import { DASH_FACTOR, type FieldState, SPEED, TICK_RATE_HZ, testGame } from "./testGame.ts";
import { simulate } from "./testNetwork.ts";
import type { SimulatedOptions } from "./testServer.ts";

const FRAME_MS = 1000 / 60;
/** Units that a craft flies in a frame, and in one while it dashes. */
const STEP = (SPEED * TICK_RATE_HZ) / 60;
const DASH_STEP = STEP * DASH_FACTOR;

/** 100 ms there and back. */
const STEADY = { latencyMs: 50, jitterMs: 0, loss: 0 };

async function play(
  conditions: Partial<SimulatedOptions> = {},
  options: PredictOptions<FieldState> = {},
) {
  const net = await simulate(testGame, { seed: 1, others: 3, ...STEADY, ...conditions });
  const view = predict(net.room, testGame, {
    now: () => net.time.nowMs,
    angles: ["heading"],
    snap: 400,
    ...options,
  });
  const craftOf = (id: string) => {
    const craft = view.state.crafts.get(id);
    if (craft === undefined) throw new Error(`no craft of ${id}`);
    return craft;
  };
  return {
    ...net,
    view,
    get mine() {
      return craftOf(net.me);
    },
    other: (n: number) => craftOf(net.server.idOf(n)),
    /** Draws frames; `before` and `after` are called for each. */
    async frames(count: number, { before, after }: Hooks = {}): Promise<void> {
      for (let frame = 0; frame < count; frame++) {
        await net.time.advanceTo(net.time.nowMs + FRAME_MS);
        before?.(frame);
        view.update(net.time.nowMs);
        after?.(frame);
      }
    },
  };
}

type Hooks = { before?: (frame: number) => void; after?: (frame: number) => void };

describe("the own part, with 100 ms there and back", () => {
  test("answers in the frame after the action", async () => {
    const game = await play();
    await game.frames(60);
    const { x } = game.mine;
    game.view.act.move({ dx: 1, dy: 0 });
    await game.frames(1);
    expect(game.mine.x).toBeGreaterThan(x);
    expect(game.room.state.crafts.get(game.me)?.x).toBe(x);
    await game.frames(3);
    expect(game.mine.x - x).toBeGreaterThan(2 * STEP);
    game.view.act.dash();
    const before = game.mine.x;
    await game.frames(4);
    expect(game.mine.x - before).toBeGreaterThan(2 * DASH_STEP);
  });
});
