import { isDeepStrictEqual } from "node:util";
import type { Schema } from "@colyseus/schema";
import type { Game } from "@weft/game";
import { type Divergence, describeDivergence } from "./divergence/divergence.ts";
import { findDivergence } from "./divergence/findDivergence.ts";
import { TestingError } from "./errors.ts";
import { parseRecording } from "./recording/recordedRound.ts";
import type { Inputs } from "./types.ts";

/**
 * Runs a recorded round again and checks that the game makes of it what it made then: every outcome of an action,
 * every state, the report. Tells which event leads elsewhere: its player, its action, and the first place of the
 * state that differs.
 * @param recording what `TestRoom.recording` gave or `weft replay --export` wrote, as JSON text or parsed
 * @throws TestingError DIVERGED with a `Divergence` as its details; RECORDING_INVALID
 * @example
 * const round = await readFile("rounds/2026-11-21.json", "utf8");
 * assertDeterministic(arena, round);
 */
export function assertDeterministic<State extends Schema, In extends Inputs>(
  game: Game<State, In>,
  recording: unknown,
): void {
  const round = parseRecording(recording);
  if (round.game.name !== game.name) {
    const message = `the recording is of ${round.game.name}, not of ${game.name}`;
    throw new TestingError("RECORDING_INVALID", message);
  }
  const first = findDivergence(game as unknown as Game, round);
  if (first === undefined) return;
  const second = findDivergence(game as unknown as Game, round);
  const isRepeatable = isDeepStrictEqual(withoutErrors(first), withoutErrors(second));
  const divergence: Divergence = { ...first, isRepeatable };
  throw new TestingError("DIVERGED", describeDivergence(divergence), {
    details: divergence,
    cause: first.errors[0],
  });
}

function withoutErrors(divergence: Omit<Divergence, "isRepeatable"> | undefined) {
  if (divergence === undefined) return undefined;
  const { errors, ...rest } = divergence;
  return rest;
}
