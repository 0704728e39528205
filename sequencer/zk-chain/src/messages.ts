import type { Hash } from "@weft/protocol";
import { ZkChainError, type ZkChainErrorCode } from "./errors.ts";
import type { BlockInfo, ZkEngine } from "./types.ts";

/** What the main thread and the worker send each other; structured clones, both sides are ours. */

export type Method = keyof ZkEngine;

export type CallMessage = {
  readonly id: number;
  readonly method: Method;
  readonly args: readonly unknown[];
};

/** Asks the worker to close its store: it answers with `closed`, and can then be ended. */
export const CLOSE_MESSAGE = "close";

/** What the worker is started with. */
export type WorkerOptions = {
  /** Where the chain is kept; in memory when absent. */
  readonly dataDir?: string;
};

export type WorkerMessage =
  | { readonly type: "closed" }
  | { readonly type: "result"; readonly id: number; readonly value: unknown }
  | { readonly type: "error"; readonly id: number; readonly error: ErrorMessage }
  | { readonly type: "pending" }
  | { readonly type: "committed"; readonly block: BlockInfo }
  | { readonly type: "dropped"; readonly hash: Hash; readonly error: ErrorMessage };

/** A clone of an error of ours would lose its class and code. */
export type ErrorMessage = {
  readonly code: ZkChainErrorCode;
  readonly message: string;
  readonly details: Readonly<Record<string, unknown>>;
  /** The cause as text: it may be anything, cloneable or not. */
  readonly cause?: string;
};

/** The names of the methods, for the side that makes a ZkEngine out of messages. */
export const METHODS: readonly Method[] = Object.keys({
  buildGenesis: true,
  build: true,
  commit: true,
  discard: true,
  execute: true,
  rollBackTo: true,
  submit: true,
  newest: true,
  nextReleaseNonce: true,
  depositsFrom: true,
  blockByNumber: true,
  blockByHash: true,
  transaction: true,
  blockTransactions: true,
  receipt: true,
  blockReceipts: true,
  logs: true,
  balance: true,
  nonce: true,
  code: true,
  storage: true,
  stateProof: true,
  call: true,
  estimateGas: true,
  createAccessList: true,
  fees: true,
  feeHistory: true,
} satisfies Record<Method, true>) as Method[];

export function errorToMessage(error: unknown): ErrorMessage {
  if (!(error instanceof ZkChainError)) {
    return { code: "INTERNAL", message: "the ZK chain failed", details: {}, cause: asText(error) };
  }
  const { code, message, details, cause } = error;
  return { code, message, details, ...(cause === undefined ? {} : { cause: asText(cause) }) };
}

export function messageToError({ code, message, details, cause }: ErrorMessage): ZkChainError {
  return new ZkChainError(code, message, {
    details,
    ...(cause === undefined ? {} : { cause: new Error(cause) }),
  });
}

function asText(cause: unknown): string {
  return cause instanceof Error ? (cause.stack ?? cause.message) : String(cause);
}
