import type { LoadBot } from "@weft/cli";
import { steer } from "./bots/steer.ts";
import type { ArenaState } from "./game/arena.ts";

const EVERYWHERE = [-1, 0, 1] as const;
/** One action in so many is a dash. */
const DASH_EVERY = 20;

/**
 * A player of the arena for `weft load`: steers as the demo's bots do where it sees the state (`--state`), and by chance
 * where it doesn't.
 */
export const bot: LoadBot<ArenaState> = ({ random, state, playerId, action }) => {
  if (action % DASH_EVERY === 0) return { action: "dash", input: null };
  if (state === undefined) {
    return { action: "move", input: { dx: random.pick(EVERYWHERE), dy: random.pick(EVERYWHERE) } };
  }
  const { dx, dy } = steer(state, playerId);
  return { action: "move", input: { dx, dy } };
};
