import type { Common } from "@ethereumjs/common";
import { RLP } from "@ethereumjs/rlp";
import {
  type AccessList2930Tx,
  createTxFromRLP,
  type FeeMarket1559Tx,
  type LegacyTx,
} from "@ethereumjs/tx";
import { bytesToBigInt, SECP256K1_ORDER_DIV_2 } from "@ethereumjs/util";
import { type Address, bytesEqual, bytesToHex, type Hash } from "@weft/protocol";
import { EthereumError, type EthereumErrorCode } from "./errors.ts";

/** As geth's pool; a transaction that deploys the largest contract fits twice. */
export const MAX_SIGNED_TRANSACTION_BYTES = 128 * 1024;
/** EIP-7825: gas that one transaction may have. */
export const MAX_TRANSACTION_GAS = 16_777_216n;
/** EIP-3860: bytes of creation code. */
export const MAX_INIT_CODE_BYTES = 49_152;

/** What we take: types 0, 1 and 2. Blobs have no place here; EIP-7702 is not supported yet. */
export type EthereumTransaction = LegacyTx | AccessList2930Tx | FeeMarket1559Tx;

export type SignedEthereumTransaction = {
  /** Frozen; knows its sender. */
  readonly tx: EthereumTransaction;
  /** keccak256 of `raw`. */
  readonly hash: Hash;
  readonly sender: Address;
  /** EIP-2718 bytes as they were signed. */
  readonly raw: Uint8Array;
};

/** Where the fields are that decide which error a transaction gets. */
type Layout = { fields: number; gas: number; to: number; data: number };
const LEGACY: Layout = { fields: 9, gas: 2, to: 3, data: 5 };
const LAYOUTS = new Map<number, Layout>([
  [1, { fields: 11, gas: 3, to: 4, data: 6 }],
  [2, { fields: 12, gas: 4, to: 5, data: 7 }],
]);
const LEGACY_V = 6;
/** `createCommon` has brought them already. */
const NO_PARAMS = {};

/**
 * Reads a signed Ethereum transaction and recovers who signed it. One transaction has one encoding, so
 * the hash of `raw` names it. Whether it can be executed is for the chain's state to say.
 * @param common from `createCommon`, whose chain id the transaction must be signed for.
 * @throws EthereumError, whatever the bytes are.
 */
export function parseSignedTransaction(raw: Uint8Array, common: Common): SignedEthereumTransaction {
  if (raw.length > MAX_SIGNED_TRANSACTION_BYTES) {
    refuse("TX_TOO_LARGE", `${raw.length} bytes, at most ${MAX_SIGNED_TRANSACTION_BYTES} allowed`);
  }
  checkFields(raw, common.chainId());
  const tx = decode(raw, common);
  if (!bytesEqual(tx.serialize(), raw)) refuse("TX_MALFORMED", "not the canonical encoding");
  return { tx, hash: bytesToHex(tx.hash()), sender: recoverSender(tx), raw };
}

function refuse(code: EthereumErrorCode, problem: string, cause?: unknown): never {
  throw new EthereumError(code, `signed transaction: ${problem}`, { cause });
}

/** EthereumJS refuses all of this too, but as errors without a code. */
function checkFields(raw: Uint8Array, chainId: bigint): void {
  const first = raw[0];
  if (first === undefined) refuse("TX_MALFORMED", "no bytes");
  const isLegacy = first >= 0xc0;
  const layout = isLegacy ? LEGACY : LAYOUTS.get(first);
  if (layout === undefined) refuse("TX_TYPE_UNSUPPORTED", `type ${first}`);

  const fields = decodeList(isLegacy ? raw : raw.subarray(1));
  if (fields.length !== layout.fields) {
    refuse("TX_MALFORMED", `${fields.length} fields, not ${layout.fields}`);
  }
  checkChain(isLegacy, asBigInt(fields[isLegacy ? LEGACY_V : 0]), chainId);
  if (asBigInt(fields[layout.gas]) > MAX_TRANSACTION_GAS) {
    refuse("GAS_LIMIT_EXCEEDED", `more than ${MAX_TRANSACTION_GAS} gas (EIP-7825)`);
  }
  const isCreation = asBytes(fields[layout.to]).length === 0;
  if (isCreation && asBytes(fields[layout.data]).length > MAX_INIT_CODE_BYTES) {
    refuse("INIT_CODE_TOO_LARGE", `more than ${MAX_INIT_CODE_BYTES} bytes (EIP-3860)`);
  }
  // EIP-2: every signature has a second one with the other s, which would give a second hash.
  if (asBigInt(fields.at(-1)) > SECP256K1_ORDER_DIV_2) refuse("TX_SIGNATURE_INVALID", "high s");
}

function checkChain(isLegacy: boolean, signedFor: bigint, chainId: bigint): void {
  // EIP-155: v = chain id * 2 + 35 or 36; 27 and 28 are signatures that hold on every chain.
  const fits = isLegacy
    ? signedFor === chainId * 2n + 35n || signedFor === chainId * 2n + 36n
    : signedFor === chainId;
  if (!fits) refuse("TX_WRONG_CHAIN", `not signed for chain ${chainId}`);
}

function decodeList(bytes: Uint8Array): unknown[] {
  let decoded: unknown;
  try {
    decoded = RLP.decode(bytes);
  } catch (cause) {
    refuse("TX_MALFORMED", "not canonical RLP", cause);
  }
  return Array.isArray(decoded) ? decoded : refuse("TX_MALFORMED", "not a list");
}

function asBytes(field: unknown): Uint8Array {
  return field instanceof Uint8Array ? field : refuse("TX_MALFORMED", "a list in place of bytes");
}

function asBigInt(field: unknown): bigint {
  const bytes = asBytes(field);
  if (bytes.length > 32) refuse("TX_MALFORMED", "a number longer than 32 bytes");
  return bytesToBigInt(bytes);
}

function decode(raw: Uint8Array, common: Common): EthereumTransaction {
  try {
    return createTxFromRLP(raw, { common, params: NO_PARAMS }) as EthereumTransaction;
  } catch (cause) {
    return refuse("TX_MALFORMED", "a field is out of its range", cause);
  }
}

function recoverSender(tx: EthereumTransaction): Address {
  try {
    return tx.getSenderAddress().toString();
  } catch (cause) {
    return refuse("TX_SIGNATURE_INVALID", "nobody's signature", cause);
  }
}
