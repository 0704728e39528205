import { bytes, decodeFromBytes, encodeToBytes, record, uint } from "./codec.ts";
import { openRlp } from "./rlp.ts";
import type { RlpReader } from "./rlpReader.ts";

/** As a player sends it: the session key's signature over the lane's head, see `sealMessage`. */
export type Seal = { readonly seq: number; readonly signature: Uint8Array };

const MAX_SEAL_BYTES = 128;
const MAX_SIGNATURE_BYTES = 64;

const sealCodec = record<Seal>({ seq: uint(2 ** 32 - 1), signature: bytes(MAX_SIGNATURE_BYTES) });

export function encodeSeal(seal: Seal): Uint8Array {
  return encodeToBytes(sealCodec, seal, "seal");
}

/** @throws ProtocolError */
export function decodeSeal(encoded: Uint8Array): Seal {
  return (
    readSeal(openRlp(encoded, MAX_SEAL_BYTES)) ??
    decodeFromBytes(sealCodec, encoded, "seal", MAX_SEAL_BYTES)
  );
}

/** As frames are read: one that is as it should be in one pass, while the codec judges what isn't. */
function readSeal(reader: RlpReader): Seal | undefined {
  reader.next();
  if (!reader.isList) return undefined;
  const outer = reader.enter();
  if (!reader.nextString()) return undefined;
  const seq = reader.uint32();
  if (seq === undefined || !reader.nextString()) return undefined;
  if (reader.hasMore || reader.to - reader.from > MAX_SIGNATURE_BYTES) return undefined;
  const signature = reader.copy();
  reader.leave(outer);
  reader.finish();
  return { seq, signature };
}
