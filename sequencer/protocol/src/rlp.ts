import { ProtocolError } from "./errors.ts";
import { RlpReader } from "./rlpReader.ts";
import { RlpWriter } from "./rlpWriter.ts";

/** A decoded RLP item: a byte string or a list of items. */
export type RlpItem = Uint8Array | RlpItem[];

/** The largest encoding that is decoded at all: a full block with room to spare. */
const MAX_RLP_BYTES = 16 * 1024 * 1024;
/** Deeper lists than anything here has, and far from what would exhaust the stack. */
const MAX_RLP_DEPTH = 64;

export function rlpEncode(item: RlpItem): Uint8Array {
  return RlpWriter.write((writer) => writeItem(writer, item));
}

/** Into a writer: the last item comes first. */
export function writeItem(writer: RlpWriter, item: RlpItem): void {
  if (item instanceof Uint8Array) {
    writer.string(item);
    return;
  }
  const end = writer.length;
  for (let i = item.length - 1; i >= 0; i--) writeItem(writer, item[i] as RlpItem);
  writer.listHeader(writer.length - end);
}

/**
 * Decodes canonical RLP: each value has exactly one encoding. What is decoded shares nothing with `bytes`.
 * @throws ProtocolError RLP_MALFORMED, or TOO_LARGE past `maxSizeBytes`.
 */
export function rlpDecode(bytes: Uint8Array, maxSizeBytes?: number): RlpItem {
  const reader = openRlp(bytes, maxSizeBytes);
  const item = readItem(reader, 0);
  reader.finish();
  return item;
}

/**
 * For whoever reads the items one by one.
 * @throws ProtocolError TOO_LARGE past `maxSizeBytes`
 */
export function openRlp(bytes: Uint8Array, maxSizeBytes: number = MAX_RLP_BYTES): RlpReader {
  if (bytes.length > maxSizeBytes) {
    throw new ProtocolError("TOO_LARGE", `${bytes.length} bytes, at most ${maxSizeBytes} allowed`, {
      details: { sizeBytes: bytes.length, maxSizeBytes },
    });
  }
  return new RlpReader(bytes);
}

function readItem(reader: RlpReader, depth: number): RlpItem {
  reader.next();
  if (!reader.isList) return reader.copy();
  if (depth >= MAX_RLP_DEPTH) {
    throw new ProtocolError("RLP_MALFORMED", `lists deeper than ${MAX_RLP_DEPTH}`);
  }
  const items: RlpItem[] = [];
  const outer = reader.enter();
  while (reader.hasMore) items.push(readItem(reader, depth + 1));
  reader.leave(outer);
  return items;
}
