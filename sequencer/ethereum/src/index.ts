export * from "./createCommon.ts";
export * from "./errors.ts";
export * from "./parseSignedTransaction.ts";
export * from "./recoverPublicKey.ts";
export * from "./recoverMessageSigner.ts";
