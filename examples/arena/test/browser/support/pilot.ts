import { setTimeout as wait } from "node:timers/promises";
import { matchMaker } from "@colyseus/core";
import type { Page } from "playwright-core";
import { type Steering, steer } from "../../../src/bots/steer.ts";
import type { ArenaState } from "../../../src/game/arena.ts";

const KEYS = [
  ["KeyA", (at: Steering) => at.dx < 0],
  ["KeyD", (at: Steering) => at.dx > 0],
  ["KeyW", (at: Steering) => at.dy < 0],
  ["KeyS", (at: Steering) => at.dy > 0],
] as const;

/** The room's own state: the server is in this process. */
export function stateOf(roomId: string): ArenaState {
  return matchMaker.getLocalRoomById(roomId).state as ArenaState;
}

/** Plays by pressing keys, until it is told that it is enough. */
export async function fly(
  { keyboard }: Page,
  roomId: string,
  playerId: string,
  isEnough: (state: ArenaState) => boolean,
): Promise<void> {
  const down = new Set<string>();
  const state = stateOf(roomId);
  while (!isEnough(state)) {
    const wanted = steer(state, playerId);
    for (const [key, isWanted] of KEYS) {
      if (isWanted(wanted) === down.has(key)) continue;
      if (down.delete(key)) await keyboard.up(key);
      else {
        down.add(key);
        await keyboard.down(key);
      }
    }
    // What a key does is seen in the next tick at the earliest.
    await wait(20);
  }
  for (const key of down) await keyboard.up(key);
}
