import type { Random } from "./core/random.ts";
import type { CommitFate } from "./disk/simulatedBlocks.ts";
import type { Weather } from "./network/network.ts";

/** Something that happens to the machines or to the network at a certain time. */
export type Fault =
  /** The power is gone, and back after `downMs`. The clock may come back a little off. */
  | { readonly type: "crash"; readonly downMs: number; readonly clockStepMs: number }
  /** SIGTERM, and a new start. */
  | { readonly type: "restart"; readonly downMs: number; readonly clockStepMs: number }
  /** Commits take so much longer for a while. */
  | { readonly type: "stall"; readonly stallMs: number; readonly forMs: number }
  /** Nobody of these reaches the server for a while. */
  | { readonly type: "partition"; readonly who: readonly string[]; readonly forMs: number }
  /** Connections break: of one, or of all. */
  | { readonly type: "break"; readonly who: string | undefined }
  /** A bit of a snapshot changes. */
  | { readonly type: "rot" };

export type PlannedFault = { readonly atMs: number; readonly fault: Fault };

/** What goes wrong in one simulation. Each seed has its own mixture: some have none of a kind, and some much of it. */
export type FaultPlan = {
  readonly weather: Weather;
  /** Odds around a commit. */
  readonly commitFates: Readonly<Record<Exclude<CommitFate, "written">, number>>;
  /** What each commit takes longer, in ms: some disks are slow. */
  readonly slowDiskMs: number;
  /** Odds that a snapshot finds no room on the disk. */
  readonly diskFullChance: number;
  readonly faults: readonly PlannedFault[];
};

/** Nothing happens before everything is up, so that a seed has something to lose. */
const FIRST_MS = 400;
const MAX_FAULTS = 5;
/** Clocks that were set wrong by more would refuse tickets, which is as it should be. */
const MAX_CLOCK_STEP_MS = 2000;

const TYPES = ["crash", "crash", "restart", "stall", "partition", "break", "rot"] as const;

export function planFaults(random: Random, who: readonly string[], lengthMs: number): FaultPlan {
  const sometimes = (chance: number, max: number) =>
    random.chance(chance) ? random.between(0, max) : 0;
  const minLatencyMs = random.between(0.2, 15);
  const weather: Weather = {
    drop: sometimes(0.6, 0.12),
    duplicate: sometimes(0.5, 0.1),
    reorder: sometimes(0.5, 0.15),
    minLatencyMs,
    maxLatencyMs: minLatencyMs + random.between(0, 60),
  };
  const commitFates = {
    crashBefore: sometimes(0.4, 0.02),
    crashAfter: sometimes(0.4, 0.02),
    fails: sometimes(0.25, 0.015),
  };
  const faults = Array.from({ length: random.int(0, MAX_FAULTS) }, () => ({
    atMs: random.between(FIRST_MS, lengthMs),
    fault: createFault(random, who),
  })).sort((a, b) => a.atMs - b.atMs);
  const slowDiskMs = sometimes(0.4, 60);
  return { weather, commitFates, slowDiskMs, diskFullChance: sometimes(0.2, 0.5), faults };
}

function createFault(random: Random, who: readonly string[]): Fault {
  const type = random.pick(TYPES);
  switch (type) {
    case "crash":
    case "restart": {
      const clockStepMs = random.chance(0.3)
        ? Math.round(random.between(-MAX_CLOCK_STEP_MS, MAX_CLOCK_STEP_MS))
        : 0;
      return { type, downMs: random.between(20, 900), clockStepMs };
    }
    case "stall":
      return { type, stallMs: random.between(20, 900), forMs: random.between(100, 1500) };
    case "partition":
      return {
        type,
        who: who.filter(() => random.chance(0.5)),
        forMs: random.between(100, 2500),
      };
    case "break":
      return { type, who: random.chance(0.3) ? undefined : random.pick(who) };
    case "rot":
      return { type };
  }
}
