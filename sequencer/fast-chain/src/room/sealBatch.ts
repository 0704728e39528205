import type { LaneHead, SessionKey } from "@weft/protocol";
import type { SealTask } from "../types.ts";

export const SIGNATURE_BYTES = 64;

/** One that has a signature, of the length that signatures have. */
export type SignedTask = {
  readonly key: SessionKey;
  readonly claim: LaneHead & { readonly signature: Uint8Array };
};

export function isSigned(task: SealTask): task is SignedTask {
  return task.claim.signature?.length === SIGNATURE_BYTES;
}

const KEY_BYTES = 64;
const HASH_BYTES = 32;
const SEQ_BYTES = 4;
const HASH_AT = KEY_BYTES;
const SEQ_AT = HASH_AT + HASH_BYTES;
const SIGNATURE_AT = SEQ_AT + SEQ_BYTES;
const TASK_BYTES = SIGNATURE_AT + SIGNATURE_BYTES;

/**
 * Seals as they go to the thread: one after another, key, hash, number, signature. One run of bytes with a buffer of its
 * own, which is handed over; objects would be copied field by field on the thread that serves rooms.
 */
export function packSeals(tasks: readonly SignedTask[]): Uint8Array<ArrayBuffer> {
  const packed = new Uint8Array(tasks.length * TASK_BYTES);
  const bytes = Buffer.from(packed.buffer);
  tasks.forEach(({ key, claim: { seq, hash, signature } }, index) => {
    const at = index * TASK_BYTES;
    bytes.write(key.slice(2), at, KEY_BYTES, "hex");
    bytes.write(hash.slice(2), at + HASH_AT, HASH_BYTES, "hex");
    bytes.writeUInt32BE(seq, at + SEQ_AT);
    bytes.set(signature, at + SIGNATURE_AT);
  });
  return packed;
}

export function unpackSeals(packed: Uint8Array): SignedTask[] {
  const bytes = Buffer.from(packed.buffer, packed.byteOffset, packed.length);
  const hex = (start: number, end: number) => `0x${bytes.toString("hex", start, end)}` as const;
  return Array.from({ length: bytes.length / TASK_BYTES }, (_, index) => {
    const at = index * TASK_BYTES;
    return {
      key: hex(at, at + KEY_BYTES),
      claim: {
        seq: bytes.readUInt32BE(at + SEQ_AT),
        hash: hex(at + HASH_AT, at + SEQ_AT),
        signature: packed.subarray(at + SIGNATURE_AT, at + TASK_BYTES),
      },
    };
  });
}
