export { copyState } from "./copyState.ts";
export { createGameInstance, restoreGameInstance } from "./createGameInstance.ts";
export {
  createPredictedGame,
  type KnownGame,
  type PredictedGame,
} from "./createPredictedGame.ts";
export { createStateCopy, type StateCopy } from "./createStateCopy.ts";
export { action, defineGame } from "./defineGame.ts";
export * from "./errors.ts";
export { gameHash } from "./gameHash.ts";
export { isGame } from "./isGame.ts";
export * from "./limits.ts";
export { programsOf } from "./programsOf.ts";
export { SeededRandom } from "./random.ts";
export { stateToValue } from "./stateToValue.ts";
export * from "./types.ts";
export { withCode } from "./withCode.ts";
