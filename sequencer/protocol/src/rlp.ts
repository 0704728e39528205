import { RLP } from "@ethereumjs/rlp";
import { ProtocolError } from "./errors.ts";

/** A decoded RLP item: a byte string or a list of items. */
export type RlpItem = Uint8Array | RlpItem[];

/** The largest encoding that is decoded at all: a full block with room to spare. */
const MAX_RLP_BYTES = 16 * 1024 * 1024;

export function rlpEncode(item: RlpItem): Uint8Array {
  return RLP.encode(item);
}

/**
 * Decodes canonical RLP: each value has exactly one encoding.
 * @throws ProtocolError RLP_MALFORMED, or TOO_LARGE past `maxSizeBytes`.
 */
export function rlpDecode(bytes: Uint8Array, maxSizeBytes: number = MAX_RLP_BYTES): RlpItem {
  if (bytes.length > maxSizeBytes) {
    throw new ProtocolError("TOO_LARGE", `${bytes.length} bytes, at most ${maxSizeBytes} allowed`, {
      details: { sizeBytes: bytes.length, maxSizeBytes },
    });
  }
  // The library takes no bytes for an empty string, which already has the encoding 0x80.
  if (bytes.length === 0) throw new ProtocolError("RLP_MALFORMED", "no bytes to decode");
  try {
    return RLP.decode(bytes) as RlpItem;
  } catch (cause) {
    // Hostile nesting overflows the stack inside the library: that RangeError is malformed input too.
    throw new ProtocolError("RLP_MALFORMED", "not canonical RLP", { cause });
  }
}
