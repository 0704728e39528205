export { createGameInstance, restoreGameInstance } from "./createGameInstance.ts";
export { action, defineGame } from "./defineGame.ts";
export * from "./errors.ts";
export { gameHash } from "./gameHash.ts";
export * from "./limits.ts";
export { programsOf } from "./programsOf.ts";
export { stateToValue } from "./stateToValue.ts";
export * from "./types.ts";
