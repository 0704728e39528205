import { hash } from "node:crypto";
import {
  bytesToHex,
  encodeFrame,
  hexToBytes,
  type LaneHead,
  type SessionKey,
  sealMessage,
} from "@weft/protocol";
import type { Player } from "./openPlayers.ts";

/** A player's actions of a second are under one seal, as the SDK has it; so many they are. */
export const ACTIONS_PER_SECOND = 30;
const HASH_BYTES = 32;

export type PreparedSeal = { readonly head: LaneHead; readonly signature: Uint8Array };

/** What a player does in a room, signed beforehand, and how far it has come. */
export type PreparedLane = {
  readonly key: SessionKey;
  /** By the number of the newest frame that they cover. The last frame has one, too. */
  readonly seals: ReadonlyMap<number, PreparedSeal>;
  /** Frames that were appended. */
  played: number;
  /** Its seal waits for the disk, and its next frame for the seal, which wouldn't fit after it. */
  isSealing: boolean;
  /** Seals that were appended. */
  sealed: number;
};

/** What every player does: made once for all. */
export function prepareFrames(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, index) => {
    const seq = index + 1;
    const input = { dx: (seq % 3) - 1, dy: ((seq + 1) % 3) - 1 };
    return encodeFrame({ seq, action: "move", input });
  });
}

export type LaneOptions = {
  readonly player: Player;
  readonly head: LaneHead;
  readonly frames: readonly Uint8Array[];
  /** Where in a second it seals: not all do so at the same time. */
  readonly phase: number;
};

export function prepareLane({ player, head, frames, phase }: LaneOptions): PreparedLane {
  const seals = new Map<number, PreparedSeal>();
  const link = Buffer.alloc(HASH_BYTES + Math.max(...frames.map(({ length }) => length)));
  link.set(hexToBytes(head.hash));
  for (const [index, frame] of frames.entries()) {
    const seq = index + 1;
    link.set(frame, HASH_BYTES);
    link.set(hash("sha256", link.subarray(0, HASH_BYTES + frame.length), "buffer"));
    if ((seq + phase) % ACTIONS_PER_SECOND !== 0 && seq !== frames.length) continue;
    const sealed = { seq, hash: bytesToHex(link.subarray(0, HASH_BYTES)) };
    seals.set(seq, { head: sealed, signature: player.sign(sealMessage(sealed)) });
  }
  return { key: player.sessionKey, seals, played: 0, isSealing: false, sealed: 0 };
}
