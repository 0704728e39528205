import type { Game } from "./types.ts";

/** Whether something, such as what a module exports, is a game that `defineGame` made: frozen, with a class for its state. */
export function isGame(value: unknown): value is Game {
  if (typeof value !== "object" || value === null || !Object.isFrozen(value)) return false;
  const { name, state, actions, tickRateHz, version } = value as Partial<Game>;
  return (
    typeof name === "string" &&
    typeof state === "function" &&
    typeof actions === "object" &&
    typeof tickRateHz === "number" &&
    typeof version === "number"
  );
}
