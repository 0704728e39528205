import type { Schema } from "@colyseus/schema";
import type { Address, Hash, Value } from "@weft/protocol";
import type { z } from "zod";
import { createGameInstance } from "./createGameInstance.ts";
import type { GameError } from "./errors.ts";
import type { FrameOutcome, Game, GameInstance } from "./types.ts";

export { createTally, tally } from "./tallyGame.ts";

/** For tests: 32 bytes that end in `n`. */
export const hashOf = (n: number): Hash => `0x${n.toString(16).padStart(64, "0")}`;
/** For tests: the payout address of the player in seat `n`. */
export const payoutOf = (n: number): Address => `0x${n.toString(16).padStart(40, "0")}`;

/** For tests: a game in a room, with guards, and everything that went wrong in its code. */
export function startGame<State extends Schema, Inputs extends Record<string, z.ZodType>>(
  game: Game<State, Inputs>,
  options: { guards?: boolean; players?: number } = {},
) {
  const errors: GameError[] = [];
  const instance: GameInstance<State> = createGameInstance(game, {
    room: payoutOf(0xaa),
    seed: hashOf(7),
    guards: options.guards ?? true,
    onError: (error) => errors.push(error),
  });
  const join = (lane: number) =>
    instance.join({ lane, sessionId: hashOf(100 + lane), payout: payoutOf(lane) });
  for (let lane = 0; lane < (options.players ?? 0); lane++) join(lane);
  const act = (lane: number, action: string, input: Value = null): FrameOutcome =>
    instance.frame(lane, { seq: 1, action, input });
  const open = (cap = 1) =>
    instance.roundOpen({ roundId: hashOf(1), cap, deadlineMs: 60_000, seed: hashOf(2) });
  return { instance, errors, join, act, open };
}
