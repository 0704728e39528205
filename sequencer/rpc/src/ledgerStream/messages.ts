import type { Block, ChainId, Hash, LedgerHeight } from "@weft/protocol";
import { concatBytes, encodeBlock } from "@weft/protocol";
import { z } from "zod";

// What two nodes say to each other at `/ledger`: questions, and what is answered to them, are JSON; blocks come
// in binary messages, each a run of blocks, every one with its length in four bytes (big-endian) before it.

/** Rises with every change that an older peer can't make out. */
export const LEDGER_STREAM_VERSION = 1;

const height = z
  .int()
  .min(0)
  .transform((value) => value as LedgerHeight);
const hash = z
  .string()
  .regex(/^0x[0-9a-f]{64}$/)
  .transform((value) => value as Hash);

/** client → server. After `follow` nothing more is asked. */
export const ledgerRequest = z.union([
  z.strictObject({ hashAt: height }),
  z.strictObject({ follow: height }),
]);
export type LedgerRequest = z.input<typeof ledgerRequest>;

/** server → client, at first: what there is. Of blocks only those on disk are spoken of. */
export const ledgerHello = z.object({
  ledgerStream: z.literal(LEDGER_STREAM_VERSION),
  chainIds: z.array(z.int().transform((value) => value as ChainId)),
  head: z.object({ height, hash }).nullable(),
});
export type LedgerHello = z.output<typeof ledgerHello>;

/** server → client, to `hashAt`: null where there is no block on disk. */
export const ledgerHash = z.object({ hashAt: height, hash: hash.nullable() });

const LENGTH_BYTES = 4;

export function encodeBlocks(blocks: readonly Block[]): Uint8Array {
  return concatBytes(
    ...blocks.flatMap((block) => {
      const encoded = encodeBlock(block);
      const length = new Uint8Array(LENGTH_BYTES);
      new DataView(length.buffer).setUint32(0, encoded.length);
      return [length, encoded];
    }),
  );
}

/** The encoded blocks of a message; undefined for what isn't one. */
export function splitBlocks(message: Uint8Array): Uint8Array[] | undefined {
  const blocks: Uint8Array[] = [];
  const view = new DataView(message.buffer, message.byteOffset, message.byteLength);
  for (let at = 0; at < message.length; ) {
    if (at + LENGTH_BYTES > message.length) return undefined;
    const end = at + LENGTH_BYTES + view.getUint32(at);
    if (end > message.length) return undefined;
    blocks.push(message.subarray(at + LENGTH_BYTES, end));
    at = end;
  }
  return blocks;
}
