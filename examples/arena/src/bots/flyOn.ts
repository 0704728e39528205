import type { Room } from "@weft/client-sdk";
import type { Arena } from "../game/arena.ts";
import { steer } from "./steer.ts";

/** Plays round after round, for as long as it has its place. */
export function flyOn(room: Room<Arena>, actionsPerSecond: number): void {
  const timer = setInterval(() => {
    if (room.status === "left") clearInterval(timer);
    else if (room.state.phase === "playing") act(room);
  }, 1000 / actionsPerSecond);
}

/** Says what is to change, and nothing where the ship flies as it should. */
function act(room: Room<Arena>): void {
  const ship = room.state.ships.get(room.sessionId);
  if (ship === undefined) return;
  const { dx, dy, dash } = steer(room.state, room.sessionId);
  try {
    if (dx !== ship.dx || dy !== ship.dy) room.act.move({ dx, dy });
    if (dash) room.act.dash();
  } catch {
    // it was left, or too much waits for the ledger: there is a next time
  }
}
