export * from "./block.ts";
export * from "./brand.ts";
export * from "./bytes.ts";
export * as codec from "./codec.ts";
export {
  bigintToBytes,
  bytesToBigint,
  type Codec,
  type CodecType,
  decodeFromBytes,
  encodeToBytes,
} from "./codec.ts";
export * from "./coSign.ts";
export type { SignedTransaction } from "./envelope.ts";
export * from "./errors.ts";
export * from "./fastTransaction.ts";
export * from "./frame.ts";
export * from "./hash.ts";
export * from "./lane.ts";
export * from "./limits.ts";
export * from "./ownership.ts";
export * from "./report.ts";
export * from "./roomEvent.ts";
export * from "./seal.ts";
export * from "./session.ts";
export * from "./stateProof.ts";
export * from "./value.ts";
export * from "./wire.ts";
export * from "./zkTransaction.ts";
