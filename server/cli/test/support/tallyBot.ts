import type { LoadBot } from "../../src/main.ts";

const REST_EVERY = 10;

/** Told of each action, for who waits for one. */
export const watched: { onAction?: (action: number) => void } = {};

/**
 * Adds by chance, and rests at every tenth turn.
 * @public Found by its name.
 */
export const bot: LoadBot = ({ random, action }) => {
  watched.onAction?.(action);
  return action % REST_EVERY === 0 ? undefined : { action: "add", input: { n: random.int(1, 9) } };
};
