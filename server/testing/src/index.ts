export { assertDeterministic } from "./assertDeterministic.ts";
export { createTestRoom, type TestRoomOptions } from "./createTestRoom.ts";
export type { Divergence } from "./divergence/divergence.ts";
export * from "./errors.ts";
export { MAX_RECORDED_STEPS } from "./limits.ts";
export { type PlayedRound, type PlayRoundOptions, playRound } from "./playRound.ts";
export {
  parseRecording,
  type RecordedRound,
  type RecordedStep,
  type StepEvent,
} from "./recording/recordedRound.ts";
export { recordRound } from "./recording/recordRound.ts";
export type {
  TestBot,
  TestBotOf,
  TestPlayer,
  TestPlayerOf,
  TestReport,
  TestRoom,
  TestRoomOf,
} from "./types.ts";
