import { z } from "zod";

/** JSON-RPC 2.0, and what EIP-1474 and EIP-1193 add to its error codes. */
export const ErrorNumber = {
  parseError: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internalError: -32603,
  serverError: -32000,
  notFound: -32001,
  unavailable: -32002,
  transactionRejected: -32003,
  methodUnsupported: -32004,
  limitExceeded: -32005,
  /** Of Geth, and known to every client: `data` is what the contract reverted with. */
  executionReverted: 3,
  /** EIP-7966: `data` is the transaction's hash. */
  unconfirmed: 4,
} as const;

export type JsonRpcId = string | number | null;

export type JsonRpcErrorObject = {
  readonly code: number;
  readonly message: string;
  readonly data?: unknown;
};

export type JsonRpcResponse = { readonly jsonrpc: "2.0"; readonly id: JsonRpcId } & (
  | { readonly result: unknown }
  | { readonly error: JsonRpcErrorObject }
);

export const requestSchema = z.object({
  jsonrpc: z.literal("2.0"),
  method: z.string().min(1).max(64),
  /** By-name parameters are for no method here, so they end as INVALID_PARAMS. */
  params: z.union([z.array(z.unknown()), z.record(z.string(), z.unknown())]).optional(),
  /** Absent for a notification, which gets no answer. */
  id: z.union([z.string().max(256), z.number(), z.null()]).optional(),
});
