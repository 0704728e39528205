import type { Schema } from "@colyseus/schema";
import type { Game } from "@weft/game";
import type { z } from "zod";
import type { PredictedRoom, Prediction, PredictOptions } from "./prediction.ts";
import { RoomPrediction } from "./roomPrediction.ts";

export type {
  Correction,
  PredictedRoom,
  Prediction,
  PredictionStats,
  PredictOptions,
} from "./prediction.ts";

/**
 * Runs the game's own program on the player's actions at once, and reconciles it with what the server says.
 * @example
 * const view = predict(room, arena, { smooth: ["x", "y"], snap: 200 });
 * onkeydown = () => view.act.move({ dx: 1, dy: 0 });
 * requestAnimationFrame(function frame(nowMs) {
 *   view.update(nowMs);
 *   draw(view.state);
 *   requestAnimationFrame(frame);
 * });
 * @throws GameError HOOK_FAILED when the game's state can't be made.
 */
export function predict<State extends Schema, Inputs extends Record<string, z.ZodType>>(
  room: PredictedRoom<Game<State, Inputs>>,
  game: Game<State, Inputs>,
  options: PredictOptions<State> = {},
): Prediction<Game<State, Inputs>> {
  return new RoomPrediction(room, game, options);
}
