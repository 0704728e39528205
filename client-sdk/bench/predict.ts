// What prediction costs in a frame: eight players at 30 ticks a second, 80 to 120 ms there and back, a twentieth of all packets lost.

import { createChance } from "@weft/protocol/testing";
import { predict } from "../src/predict/predict.ts";
import { testGame } from "../src/predict/testGame.ts";
import { simulate } from "../src/predict/testNetwork.ts";

type Row = { metric: string; value: number; unit: string };

const FRAME_MS = 1000 / 60;
const WARM_UP_FRAMES = 600;
const FRAMES = 3600;
const OTHERS = 7;

export const about = "prediction in a client: ms of a frame at 60 a second";

export async function run(log: (line: string) => void): Promise<readonly Row[]> {
  const conditions = { latencyMs: 40, jitterMs: 20, loss: 0.05 };
  const net = await simulate(testGame, { seed: 1, others: OTHERS, ...conditions });
  const view = predict(net.room, testGame, { now: () => net.time.nowMs, snap: 400 });
  const chance = createChance(2);
  const direction = () => Math.floor(chance() * 3) - 1;
  const costsMs: number[] = [];
  let ticks = 0;
  for (let frame = 0; frame < WARM_UP_FRAMES + FRAMES; frame++) {
    await net.time.advanceTo(net.time.nowMs + FRAME_MS);
    if (frame % 10 === 0) view.act.move({ dx: direction(), dy: direction() });
    const other = 1 + (frame % OTHERS);
    if (frame % 5 === 0) net.server.actAs(other, "move", { dx: direction(), dy: direction() });
    const startMs = performance.now();
    view.update(net.time.nowMs);
    if (frame < WARM_UP_FRAMES) continue;
    costsMs.push(performance.now() - startMs);
    ticks += view.stats.ticksRun;
  }
  log(`${FRAMES} frames, ${ticks} ticks run, ${view.stats.corrections} corrections`);
  const sorted = costsMs.sort((a, b) => a - b);
  const mean = sorted.reduce((sum, cost) => sum + cost, 0) / sorted.length;
  const median = sorted[sorted.length >> 1] ?? 0;
  return [
    { metric: "a frame, mean", value: round(mean), unit: "ms" },
    { metric: "a frame, median", value: round(median), unit: "ms" },
    { metric: "ticks run in a frame, mean", value: round(ticks / FRAMES), unit: "ticks" },
  ];
}

const round = (value: number) => Math.round(value * 1000) / 1000;
