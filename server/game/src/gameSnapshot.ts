import type { Schema } from "@colyseus/schema";
import { decodeValue, encodeValue, type Value } from "@weft/protocol";
import { z } from "zod";
import { GameError } from "./errors.ts";
import type { RandomState } from "./random.ts";
import type { RunningRoundValue } from "./round.ts";
import { snapshotToState } from "./snapshotToState.ts";
import type { Player } from "./types.ts";

/** A running game's inside. */
export type GameSnapshot = {
  readonly tick: number;
  readonly nowMs: number;
  readonly random: RandomState;
  readonly round: RunningRoundValue | null;
  readonly players: readonly Player[];
  /** As `stateToSnapshot` makes it. */
  readonly state: Value;
};

const hex = z.custom<`0x${string}`>((text) => typeof text === "string" && text.startsWith("0x"));

const snapshotSchema = z.object({
  tick: z.int().nonnegative(),
  nowMs: z.int().nonnegative(),
  random: z.array(z.int()).length(4),
  round: z
    .object({
      id: hex,
      cap: z.int().nonnegative(),
      deadlineMs: z.int().nonnegative(),
      ticksLeft: z.int().nonnegative(),
    })
    .nullable(),
  players: z.array(z.object({ id: hex, lane: z.int().nonnegative(), payout: hex })),
  state: z.custom<Value>((value) => Array.isArray(value)),
});

export function encodeGameSnapshot({ players, round, ...rest }: GameSnapshot): Uint8Array {
  return encodeValue({
    ...rest,
    round: round && { ...round },
    players: players.map(({ id, lane, payout }) => ({ id, lane, payout })),
  });
}

/** @throws GameError SNAPSHOT_INVALID */
export function decodeGameSnapshot(bytes: Uint8Array): GameSnapshot {
  try {
    return snapshotSchema.parse(decodeValue(bytes, bytes.length));
  } catch (cause) {
    throw new GameError("SNAPSHOT_INVALID", "the bytes aren't a snapshot of a game", { cause });
  }
}

/** @throws GameError SNAPSHOT_INVALID, whatever goes wrong: the game's classes may not be the same as then. */
export function restoreState(snapshot: Value, state: Schema): void {
  try {
    snapshotToState(snapshot, state);
  } catch (cause) {
    if (cause instanceof GameError) throw cause;
    throw new GameError("SNAPSHOT_INVALID", "the snapshot doesn't fit the game's state", { cause });
  }
}
