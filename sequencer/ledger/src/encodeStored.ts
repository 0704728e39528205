import { type Block, encodeBlock } from "@weft/protocol";
import { LedgerError } from "./errors.ts";
import { MAX_BLOCK_BYTES } from "./limits.ts";

/**
 * The bytes that a store keeps of a block.
 * @throws LedgerError BLOCK_TOO_LARGE for what could be written and never read again
 * @throws ProtocolError for a block that has no encoding
 */
export function encodeStored(block: Block): Uint8Array {
  const encoded = encodeBlock(block);
  if (encoded.length > MAX_BLOCK_BYTES) {
    throw new LedgerError("BLOCK_TOO_LARGE", `a block of ${encoded.length} bytes`, {
      details: { sizeBytes: encoded.length, maxSizeBytes: MAX_BLOCK_BYTES },
    });
  }
  return encoded;
}
