/** For tests of what talks to a game server: one in a process of its own, to be killed and started again. */
export { PATIENT_SETTINGS } from "../test/patientSettings.ts";
export { RawPlayer, type RawRoom } from "../test/rawPlayer.ts";
export { type ProcessOptions, ServerProcess } from "../test/serverProcess.ts";
export { createTally } from "../test/testGame.ts";
