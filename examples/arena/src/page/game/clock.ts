import { type ArenaState, rules } from "../../game/arena.ts";

/** Seconds that are left of the round, the running one included. */
export function secondsLeft({ ticksLeft }: Pick<ArenaState, "ticksLeft">): number {
  return Math.ceil(ticksLeft / rules.TICK_RATE_HZ);
}

/** The number to show before the round: 3, 2, 1; 0 when there is none. */
export function countdownOf({
  phase,
  countdownTicks,
}: Pick<ArenaState, "phase" | "countdownTicks">) {
  return phase === "countdown" ? Math.max(1, Math.ceil(countdownTicks / rules.TICK_RATE_HZ)) : 0;
}

/** As people read it: 0:07. */
export function clockText(seconds: number): string {
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}
