import { CodedError } from "@weft/protocol";

export type EthereumErrorCode =
  /** Not the canonical encoding of a signed transaction, or a field out of its range. */
  | "TX_MALFORMED"
  /** Longer than MAX_SIGNED_TRANSACTION_BYTES. */
  | "TX_TOO_LARGE"
  /** Not legacy, EIP-2930 or EIP-1559. */
  | "TX_TYPE_UNSUPPORTED"
  /** Signed for another chain, or for any: a legacy transaction without EIP-155. */
  | "TX_WRONG_CHAIN"
  /** Nobody's signature, or one with a high s (EIP-2). */
  | "TX_SIGNATURE_INVALID"
  /** More gas than EIP-7825 lets a transaction have. */
  | "GAS_LIMIT_EXCEEDED"
  /** Creation code longer than EIP-3860 allows. */
  | "INIT_CODE_TOO_LARGE";

/** A transaction that isn't one on this chain. */
export class EthereumError extends CodedError<EthereumErrorCode> {}
