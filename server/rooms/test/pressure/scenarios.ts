import { setTimeout as wait } from "node:timers/promises";
import { median, percentile } from "@weft/protocol/testing";
import { PATCH_RATE_MS } from "../../src/limits.ts";
import type { Drop, MemoryPeak } from "./messages.ts";
import type { BadClient, PressureWorld } from "./pressureWorld.ts";
import type { Latencies } from "./steadyPlayer.ts";

/** So long the steady players play alone in each turn, in ms. */
const NORMAL_MS = 1_500;
/** And so long from the beginning of a burst on. */
const BURST_MS = 1_000;
const BURST_FRAMES = 100_000;
/** What each commit takes longer on the slow disk, in ms. */
export const SLOW_COMMIT_MS = 200;

/** The same players, first without and then with what presses. */
export type Turn = {
  readonly normal: Latencies;
  readonly pressed: Latencies;
  readonly peak: MemoryPeak;
};

export type BadTurn = Turn & { readonly client: BadClient; readonly drop: Drop };

/** A client that takes its place and reads nothing more, but says that it is alive; until the server drops it. */
export async function neverRead(world: PressureWorld): Promise<BadTurn> {
  const client = await world.joinBad(await world.newPlayer());
  return pressWith(world, client, async () => {
    await world.bad.ask("pause", client.index);
    await world.until(async () => (await dropOf(world, client)) !== undefined);
  });
}

/** 100,000 frames at once. */
export async function burst(world: PressureWorld): Promise<BadTurn> {
  const client = await world.joinBad(await world.newPlayer());
  let bursting: Promise<unknown> | undefined;
  const turn = await pressWith(world, client, async () => {
    bursting = world.bad.ask("burst", { client: client.index, frames: BURST_FRAMES });
    await wait(BURST_MS);
    await world.until(async () => (await dropOf(world, client)) !== undefined);
  });
  await bursting;
  await world.until(async () => {
    const { closeCode } = await world.bad.ask("status", client.index);
    return closeCode !== undefined;
  });
  return turn;
}

/** All commits take longer. */
export async function slowDisk(world: PressureWorld): Promise<Turn> {
  const normal = await world.playFor(NORMAL_MS);
  await world.server.ask("peak", null);
  await world.server.ask("slowDisk", SLOW_COMMIT_MS);
  const pressed = await world.playFor(NORMAL_MS);
  await world.server.ask("slowDisk", 0);
  return { normal, pressed, peak: await world.server.ask("peak", null) };
}

async function pressWith(
  world: PressureWorld,
  client: BadClient,
  press: () => Promise<void>,
): Promise<BadTurn> {
  const normal = await world.playFor(NORMAL_MS);
  await world.server.ask("peak", null);
  const pressed = await world.play(press());
  const drop = await dropOf(world, client);
  if (drop === undefined) throw new Error("the client was closed, and not by the room");
  return { normal, pressed, peak: await world.server.ask("peak", null), client, drop };
}

/** The room's own word: what closes the connection after it is of no interest. */
async function dropOf(world: PressureWorld, { sessionId }: BadClient): Promise<Drop | undefined> {
  const drops = await world.server.ask("drops", null);
  return drops.find((drop) => drop.sessionId === sessionId);
}

/** What the 99th percentiles of the turns come to. */
export type Comparison = {
  readonly normalMs: number;
  readonly pressedMs: number;
  /** Medians over the turns, by at least the time between two patches: what is shorter than that is chance. */
  readonly ratio: number;
  /** The same of the turn in which the pressure showed least. */
  readonly leastRatio: number;
};

export function compare(turns: readonly Turn[], what: keyof Latencies): Comparison {
  const p99s = (of: "normal" | "pressed") => turns.map((turn) => p99(turn[of][what]));
  const normalMs = median(p99s("normal"));
  const pressedMs = median(p99s("pressed"));
  const unitMs = Math.max(normalMs, PATCH_RATE_MS);
  return {
    normalMs,
    pressedMs,
    ratio: pressedMs / unitMs,
    leastRatio: Math.min(...p99s("pressed")) / unitMs,
  };
}

const p99 = (values: readonly number[]) => percentile(values, 0.99);
