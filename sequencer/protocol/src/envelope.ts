import { type Codec, decodeFromBytes, encodeToBytes, fail } from "./codec.ts";
import { MAX_TRANSACTION_BYTES } from "./limits.ts";

/** An Ethereum transaction, signed for the chain whose block it is in; `raw` is EIP-2718 bytes. */
export type SignedTransaction = { readonly type: "signed"; readonly raw: Uint8Array };

/** First byte of a typed Ethereum transaction (types 1 to 4), or of a legacy one (an RLP list). */
function isEthereumEnvelope(first: number): boolean {
  return (first >= 1 && first <= 4) || first >= 0xc0;
}

/**
 * Every transaction in the ledger is an EIP-2718 envelope. Ethereum's own are stored as they were
 * signed, so that their hash is the one that wallets know.
 */
export function encodeEnvelope<T extends { type: string }>(
  envelopeType: number,
  codec: Codec<T>,
  transaction: T | SignedTransaction,
): Uint8Array {
  if (transaction.type === "signed") return (transaction as SignedTransaction).raw;
  const payload = encodeToBytes(codec, transaction as T, "transaction");
  const envelope = new Uint8Array(payload.length + 1);
  envelope[0] = envelopeType;
  envelope.set(payload, 1);
  return envelope;
}

export function decodeEnvelope<T extends { type: string }>(
  envelopeType: number,
  codec: Codec<T>,
  encoded: Uint8Array,
): T | SignedTransaction {
  const first = encoded[0];
  if (first === undefined) return fail("RLP_MALFORMED", "transaction", "no bytes");
  if (encoded.length > MAX_TRANSACTION_BYTES) {
    return fail("TOO_LARGE", "transaction", `at most ${MAX_TRANSACTION_BYTES} bytes allowed`);
  }
  if (isEthereumEnvelope(first)) return { type: "signed", raw: encoded };
  if (first !== envelopeType) return fail("TYPE_UNKNOWN", "transaction", `type ${first}`);
  return decodeFromBytes(codec, encoded.subarray(1), "transaction", MAX_TRANSACTION_BYTES);
}
