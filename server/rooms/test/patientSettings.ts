import type { RoomSettings } from "../src/types.ts";

/** On a busy machine nobody loses a place or a prize for being slow. Tests of what happens to the slow set less. */
export const PATIENT_SETTINGS: Partial<RoomSettings> = {
  sealTimeoutMs: 600_000,
  sealGraceMs: 600_000,
  coSignGraceMs: 600_000,
  reconnectionSeconds: 600,
};
