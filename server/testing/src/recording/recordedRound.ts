import { type Address, type Hash, leaveReasons } from "@weft/protocol";
import { z } from "zod";
import { TestingError } from "../errors.ts";
import { MAX_RECORDED_STEPS } from "../limits.ts";

const hex = z.templateLiteral(["0x", z.string().regex(/^[0-9a-f]*$/)]);
const hash = hex.refine((text) => text.length === 66, "32 bytes are wanted");
const address = hex.refine((text) => text.length === 42, "20 bytes are wanted");
const whole = z.int().nonnegative();
/** For people; nothing reads it. */
const shown = z.unknown().optional();

const eventSchema = z.discriminatedUnion("type", [
  z.object({ type: z.literal("join"), lane: whole, sessionId: hash, payout: address }),
  z.object({ type: z.literal("rejoin"), lane: whole }),
  z.object({ type: z.literal("leave"), lane: whole, reason: z.enum(leaveReasons) }),
  z.object({
    type: z.literal("frame"),
    lane: whole,
    /** The frame's canonical bytes. */
    frame: hex,
    action: z.string(),
    input: shown,
  }),
  z.object({ type: z.literal("tick"), nowMs: whole }),
  z.object({ type: z.literal("seal"), lane: whole, seq: whole }),
  z.object({ type: z.literal("checkpoint") }),
  z.object({
    type: z.literal("roundOpen"),
    roundId: hash,
    cap: whole,
    deadlineMs: whole,
    seed: hash,
  }),
  z.object({ type: z.literal("roundEnd"), roundId: hash }),
  z.object({
    type: z.literal("report"),
    roundId: hash,
    /** Canonical value. */
    results: hex,
    mints: z.array(z.object({ to: address, item: z.string() })),
    shownResults: shown,
  }),
  z.object({ type: z.literal("roundVoid"), roundId: hash, code: z.string() }),
  z.object({ type: z.literal("close") }),
]);

const stepSchema = z.object({
  /** Counts the room's events from 0. */
  index: whole,
  /** The block of the ledger that holds it. */
  height: whole.optional(),
  event: eventSchema,
  /** What became of a frame: "applied", or why it was refused. */
  outcome: z.string().optional(),
  /** Of the game after the event. */
  stateHash: hash.optional(),
  /** What the event changed, place by place; the first that is given has the whole state. */
  changes: z.record(z.string(), z.string().nullable()).optional(),
});

const recordingSchema = z.object({
  format: z.literal("weft-round-1"),
  game: z.object({ name: z.string(), hash }),
  room: address,
  seed: hash,
  /** The round that it is about; null for all that happened in a room. */
  roundId: hash.nullable(),
  /** All of the room's events from its first on: what came before the round led to it. */
  steps: z.array(stepSchema).max(MAX_RECORDED_STEPS),
});

/** One event of a room, as JSON can carry it. */
export type StepEvent = z.output<typeof eventSchema>;

/** An event and what it led to. */
export type RecordedStep = z.output<typeof stepSchema>;

/**
 * What happened in a room, and what the game made of it: made by `TestRoom.recording` or `weft replay --export`,
 * kept as JSON, run again by `assertDeterministic`.
 */
export type RecordedRound = Omit<z.output<typeof recordingSchema>, "game"> & {
  readonly game: { readonly name: string; readonly hash: Hash };
  readonly room: Address;
};

/**
 * Reads a recording, as JSON text or as what that holds.
 * @throws TestingError RECORDING_INVALID
 */
export function parseRecording(recording: unknown): RecordedRound {
  try {
    const value = typeof recording === "string" ? JSON.parse(recording) : recording;
    return recordingSchema.parse(value);
  } catch (cause) {
    const problem = cause instanceof z.ZodError ? z.prettifyError(cause) : String(cause);
    throw new TestingError("RECORDING_INVALID", `not a recorded round: ${problem}`, { cause });
  }
}
