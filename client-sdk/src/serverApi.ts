import type {
  Address,
  ErrorResponse,
  LoginChallenge,
  LoginRequest,
  LoginResponse,
  LogoutRequest,
  ServerInfo,
} from "@weft/protocol";
import { z } from "zod";
import { ClientError, ServerError } from "./errors.ts";
import { field } from "./fields.ts";
import { HTTP_TIMEOUT_MS, MAX_RESPONSE_BYTES } from "./limits.ts";

const artifactSchema = z.object({
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  sizeBytes: field.uint,
  path: z.string(),
});
const infoSchema: z.ZodType<ServerInfo> = z.object({
  version: z.string(),
  fastChainId: field.chainId,
  zkChainId: field.chainId,
  fastRpcUrl: z.string(),
  zkRpcUrl: z.string(),
  games: z.array(z.string()),
  logins: z.array(z.string()),
  gameLogins: z.record(z.string(), z.object({ logins: z.array(z.string()), season: field.uint })),
  ownership: z
    .object({
      contract: field.address,
      artifacts: z.object({ wasm: artifactSchema, zkey: artifactSchema }).optional(),
    })
    .optional(),
  faucet: z.boolean(),
  nowMs: field.timestampMs,
});
const challengeSchema: z.ZodType<LoginChallenge> = z.object({
  nonce: z.string(),
  expiresAtMs: field.timestampMs,
});
const loginSchema: z.ZodType<LoginResponse> = z.object({
  sessionId: field.hash,
  height: field.height,
});
const faucetSchema = z.object({ pass: field.decimal, amountWei: field.decimal });
const errorSchema: z.ZodType<ErrorResponse> = z.object({
  error: z.object({ code: z.string(), message: z.string() }),
});

export type FaucetGift = { readonly pass: bigint; readonly amountWei: bigint };

/** The game server's HTTP endpoints. Every method throws ServerError or ClientError. */
export type ServerApi = {
  info(): Promise<ServerInfo>;
  challenge(): Promise<LoginChallenge>;
  login(request: LoginRequest): Promise<LoginResponse>;
  logout(request: LogoutRequest): Promise<void>;
  faucet(address: Address): Promise<FaucetGift>;
};

export type Fetch = typeof globalThis.fetch;

/** @param url Where the game server is; a path in it is kept in front of the endpoints'. */
export function createServerApi(url: URL, fetch: Fetch): ServerApi {
  const call = async <T>(
    method: "GET" | "POST",
    path: string,
    schema: z.ZodType<T>,
    body?: unknown,
  ): Promise<T> => {
    const { response, text } = await request(fetch, endpointOf(url, path), {
      method,
      ...(body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } }),
    });
    const json = parseJson(text, path, response.status);
    if (!response.ok) throw serverError(json, path, response.status);
    const parsed = schema.safeParse(json);
    if (parsed.success) return parsed.data;
    throw new ClientError("RESPONSE_INVALID", `${path}: not an answer of a Weft game server`, {
      details: { path },
      cause: parsed.error,
    });
  };
  return {
    info: () => call("GET", "weft", infoSchema),
    challenge: () => call("POST", "weft/login/challenge", challengeSchema, {}),
    login: (request) => call("POST", "weft/login", loginSchema, request),
    logout: async (request) => void (await call("POST", "weft/logout", z.unknown(), request)),
    faucet: (address) => call("POST", "weft/faucet", faucetSchema, { address }),
  };
}

function endpointOf(url: URL, path: string): URL {
  const base = new URL(url);
  base.pathname = `${base.pathname.replace(/\/$/, "")}/${path}`;
  return base;
}

async function request(fetch: Fetch, url: URL, init: RequestInit) {
  try {
    const response = await fetch(url, { ...init, signal: AbortSignal.timeout(HTTP_TIMEOUT_MS) });
    return { response, text: await readBounded(response) };
  } catch (cause) {
    if (cause instanceof ClientError) throw cause;
    throw new ClientError("SERVER_UNREACHABLE", `no answer from ${url.origin}`, {
      details: { url: url.href },
      cause,
    });
  }
}

async function readBounded(response: Response): Promise<string> {
  const reader = response.body?.getReader();
  if (reader === undefined) return "";
  const decoder = new TextDecoder();
  let text = "";
  let sizeBytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    sizeBytes += value.length;
    if (sizeBytes > MAX_RESPONSE_BYTES) {
      await reader.cancel();
      throw new ClientError("RESPONSE_INVALID", `an answer of over ${MAX_RESPONSE_BYTES} bytes`);
    }
    text += decoder.decode(value, { stream: true });
  }
}

function parseJson(text: string, path: string, status: number): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new ClientError("RESPONSE_INVALID", `${path}: not JSON (HTTP ${status})`, {
      details: { path, status },
      cause,
    });
  }
}

function serverError(json: unknown, path: string, status: number): ClientError | ServerError {
  const parsed = errorSchema.safeParse(json);
  if (!parsed.success) {
    return new ClientError("RESPONSE_INVALID", `${path}: HTTP ${status}`, {
      details: { path, status },
    });
  }
  const { code, message } = parsed.data.error;
  return new ServerError(code, message, { details: { path, status } });
}
