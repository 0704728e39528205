import type { Hash } from "./bytes.ts";
import { bytes, decodeFromBytes, encodeToBytes, hash, list, record } from "./codec.ts";
import { MAX_LANES } from "./limits.ts";
import { type RoundReport, reportCodec, type SealedLane, sealedLaneCodec } from "./report.ts";

/** What a player is asked to sign, and what it follows from. */
export type CoSignRequest = {
  readonly report: RoundReport;
  /** The lanes that `report.actionsRoot` is the root of, in its order. */
  readonly lanes: readonly SealedLane[];
};

/** The largest report with every lane that a room can have had, and some room to spare. */
const MAX_CO_SIGN_REQUEST_BYTES = 512 * 1024;
const requestCodec = record<CoSignRequest>({
  report: reportCodec,
  lanes: list(sealedLaneCodec, MAX_LANES),
});

export function encodeCoSignRequest(request: CoSignRequest): Uint8Array {
  return encodeToBytes(requestCodec, request, "request");
}

/** @throws ProtocolError */
export function decodeCoSignRequest(encoded: Uint8Array): CoSignRequest {
  return decodeFromBytes(requestCodec, encoded, "request", MAX_CO_SIGN_REQUEST_BYTES);
}

/** A player's signature of a round's report. What is signed is the ZK chain's affair, see `@weft/contracts`. */
export type CoSignature = {
  readonly roundId: Hash;
  /** P-256 by the session key, r ‖ s. */
  readonly signature: Uint8Array;
};

const MAX_CO_SIGNATURE_BYTES = 128;
const coSignatureCodec = record<CoSignature>({ roundId: hash, signature: bytes(64) });

export function encodeCoSignature(coSignature: CoSignature): Uint8Array {
  return encodeToBytes(coSignatureCodec, coSignature, "coSignature");
}

/** @throws ProtocolError */
export function decodeCoSignature(encoded: Uint8Array): CoSignature {
  return decodeFromBytes(coSignatureCodec, encoded, "coSignature", MAX_CO_SIGNATURE_BYTES);
}
