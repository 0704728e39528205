export * from "./createCommon.ts";
export * from "./errors.ts";
export * from "./parseSignedTransaction.ts";
export * from "./recoverMessageSigner.ts";
export * from "./recoverPublicKey.ts";
