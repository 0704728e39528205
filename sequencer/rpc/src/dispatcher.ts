import { z } from "zod";
import type { Caller } from "./caller.ts";
import { isInternalError, toErrorObject } from "./errorObject.ts";
import { RpcError } from "./errors.ts";
import {
  type JsonRpcErrorObject,
  type JsonRpcId,
  type JsonRpcResponse,
  requestSchema,
} from "./jsonRpc.ts";
import { CALL_TIMEOUT_MS, MAX_BATCH_CALLS, MAX_ECHO_CHARS, MAX_RESPONSE_BYTES } from "./limits.ts";
import type { MethodTable } from "./method.ts";

/** A JSON-RPC endpoint without a transport: HTTP is one, WebSockets and in-process callers are others. */
export interface Dispatcher {
  /**
   * Answers a message, which may be a batch. Never rejects.
   * @param caller whom to tell of what is subscribed to, where the transport can
   * @returns the answer; undefined when there were only notifications
   */
  handle(message: string, caller?: Caller): Promise<string | undefined>;
  /** As `handle`, but every call is answered with an error, and none is made. */
  refuse(message: string, error: RpcError): string | undefined;
  /**
   * Calls one method in process, as EIP-1193 has it, so that a viem `custom` transport takes it.
   * @throws ProviderError
   */
  request(call: { method: string; params?: unknown }): Promise<unknown>;
}

/** A JSON-RPC error as EIP-1193 wants it thrown. */
export class ProviderError extends Error {
  readonly code: number;
  readonly data: unknown;

  constructor({ code, message, data }: JsonRpcErrorObject, cause: unknown) {
    super(message, { cause });
    this.name = "ProviderError";
    this.code = code;
    this.data = data;
  }
}

export type DispatcherOptions = {
  readonly methods: MethodTable;
  /** Told of errors that clients see as "internal error" only. */
  readonly onInternalError?: (error: unknown, method: string) => void;
  /** Default: `CALL_TIMEOUT_MS`. */
  readonly callTimeoutMs?: number;
};

export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { methods, onInternalError = () => {}, callTimeoutMs = CALL_TIMEOUT_MS } = options;

  async function call(method: string, params: unknown = [], caller?: Caller): Promise<unknown> {
    const known = methods.get(method);
    if (known === undefined) {
      const name = method.slice(0, MAX_ECHO_CHARS);
      throw new RpcError("METHOD_NOT_FOUND", `the method ${name} does not exist`);
    }
    try {
      return await withTimeout(known(params, caller), callTimeoutMs);
    } catch (error) {
      if (isInternalError(error)) onInternalError(error, method);
      throw error;
    }
  }

  /** Text of the response; undefined for a notification. */
  async function answer(
    request: unknown,
    roomBytes: number,
    caller?: Caller,
  ): Promise<string | undefined> {
    const parsed = requestSchema.safeParse(request);
    if (!parsed.success) return errorText(idOf(request), invalidRequest(parsed.error));
    const { id, method, params } = parsed.data;
    let response: string;
    try {
      const result = (await call(method, params, caller)) ?? null;
      response = JSON.stringify({ jsonrpc: "2.0", id: id ?? null, result });
    } catch (error) {
      response = errorText(id ?? null, error);
    }
    if (id === undefined) return undefined;
    return response.length <= roomBytes ? response : errorText(id, tooLarge);
  }

  return {
    async handle(message, caller) {
      const request = parse(message);
      if (request instanceof RpcError) return errorText(null, request);
      if (Array.isArray(request)) {
        return answerBatch(request, (one, roomBytes) => answer(one, roomBytes, caller));
      }
      return answer(request, MAX_RESPONSE_BYTES, caller);
    },

    refuse(message, error) {
      const request = parse(message);
      if (request instanceof RpcError) return errorText(null, request);
      if (!Array.isArray(request)) return refusal(request, error);
      // What isn't a batch that would be answered has one error, as it would have there.
      if (request.length === 0 || request.length > MAX_BATCH_CALLS) return errorText(null, error);
      const refusals = request.flatMap((one) => refusal(one, error) ?? []);
      return refusals.length === 0 ? undefined : `[${refusals.join(",")}]`;
    },

    async request({ method, params }) {
      try {
        return (await call(method, params)) ?? null;
      } catch (error) {
        throw new ProviderError(toErrorObject(error), error);
      }
    },
  };
}

function parse(message: string): unknown {
  try {
    return JSON.parse(message);
  } catch (cause) {
    return new RpcError("PARSE_ERROR", "not JSON", { cause });
  }
}

function refusal(request: unknown, error: RpcError): string | undefined {
  const parsed = requestSchema.safeParse(request);
  const isNotification = parsed.success && parsed.data.id === undefined;
  return isNotification ? undefined : errorText(idOf(request), error);
}

async function answerBatch(
  batch: readonly unknown[],
  answer: (request: unknown, roomBytes: number) => Promise<string | undefined>,
): Promise<string | undefined> {
  if (batch.length === 0) return errorText(null, new RpcError("INVALID_REQUEST", "empty batch"));
  if (batch.length > MAX_BATCH_CALLS) {
    const message = `${batch.length} calls in a batch, at most ${MAX_BATCH_CALLS} allowed`;
    return errorText(null, new RpcError("INVALID_REQUEST", message));
  }
  const responses: string[] = [];
  let roomBytes = MAX_RESPONSE_BYTES;
  // One after another: what one client asks at once doesn't crowd out the others.
  for (const request of batch) {
    const response = await answer(request, roomBytes);
    if (response === undefined) continue;
    responses.push(response);
    roomBytes -= response.length;
  }
  return responses.length === 0 ? undefined : `[${responses.join(",")}]`;
}

const tooLarge = new RpcError(
  "RESPONSE_TOO_LARGE",
  `the answer would be above ${MAX_RESPONSE_BYTES} bytes; ask for less at a time`,
);

function errorText(id: JsonRpcId, error: unknown): string {
  const response: JsonRpcResponse = { jsonrpc: "2.0", id, error: toErrorObject(error) };
  return JSON.stringify(response);
}

function invalidRequest(error: z.ZodError): RpcError {
  const [issue] = error.issues;
  const path = issue?.path.join(".") ?? "";
  return new RpcError("INVALID_REQUEST", `not a JSON-RPC 2.0 request: ${path} ${issue?.message}`);
}

const withId = z.object({ id: requestSchema.shape.id });

/** The id of something that isn't a request, as far as it has one: the client may match it. */
function idOf(request: unknown): JsonRpcId {
  const parsed = withId.safeParse(request);
  return parsed.success ? (parsed.data.id ?? null) : null;
}

async function withTimeout<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(
        new RpcError("TIMEOUT", `no answer within ${timeoutMs} ms`, { details: { timeoutMs } }),
      );
    }, timeoutMs);
  });
  try {
    return await Promise.race([work, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
