export * from "./errors.ts";
export * from "./limits.ts";
export * from "./startZkChain.ts";
export * from "./types.ts";
