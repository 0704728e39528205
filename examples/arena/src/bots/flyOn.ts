import type { Room } from "@weft/client-sdk";
import type { Arena } from "../game/arena.ts";
import { type Steering, steer } from "./steer.ts";

/** Plays round after round, for as long as it has its place. */
export function flyOn(room: Room<Arena>, actionsPerSecond: number): void {
  let last: Steering = { dx: 0, dy: 0, dash: false };
  const timer = setInterval(() => {
    if (room.status === "left") clearInterval(timer);
    else if (room.state.phase === "playing") last = act(room, last);
  }, 1000 / actionsPerSecond);
}

/** Says what has changed, and nothing where nothing has. */
function act(room: Room<Arena>, last: Steering): Steering {
  const next = steer(room.state, room.sessionId);
  try {
    if (next.dx !== last.dx || next.dy !== last.dy) room.act.move({ dx: next.dx, dy: next.dy });
    if (next.dash) room.act.dash();
    return next;
  } catch {
    // it was left, or too much waits for the ledger: there is a next time
    return last;
  }
}
