import type { ChainName } from "@weft/rpc/answers";
import { RPC_TIMEOUT_MS } from "../limits.ts";

/** The node answered with an error, or didn't answer. */
class RpcFailure extends Error {
  readonly code: number | undefined;

  constructor(message: string, code?: number, cause?: unknown) {
    super(message, { cause });
    this.name = "RpcFailure";
    this.code = code;
  }
}

/** A node's public JSON-RPC. */
export type Rpc = {
  /** Without a path or a trailing slash. */
  readonly url: string;
  /** Whether it is another node than the one that serves the page. */
  readonly isForeign: boolean;
  /** @throws RpcFailure */
  call<Result>(chain: ChainName, method: string, ...params: readonly unknown[]): Promise<Result>;
};

/** The node that `?rpc=` names, or else the one that serves the page. */
export function createRpc(
  location: Pick<Location, "origin" | "search">,
  timeoutMs = RPC_TIMEOUT_MS,
): Rpc {
  const named = URL.parse(new URLSearchParams(location.search).get("rpc") ?? "");
  const isNamed = named !== null && /^https?:$/.test(named.protocol);
  const url = isNamed ? named.origin : location.origin;
  let id = 0;
  return {
    url,
    isForeign: url !== location.origin,
    async call(chain, method, ...params) {
      const body = JSON.stringify({ jsonrpc: "2.0", id: ++id, method, params });
      const answer = await ask(`${url}/${chain}`, body, timeoutMs);
      if (answer.error) throw new RpcFailure(answer.error.message, answer.error.code);
      return answer.result as never;
    },
  };
}

type Answer = {
  readonly result?: unknown;
  readonly error?: { readonly code: number; readonly message: string };
};

async function ask(url: string, body: string, timeoutMs: number): Promise<Answer> {
  try {
    const signal = AbortSignal.timeout(timeoutMs);
    const headers = { "content-type": "application/json" };
    const response = await fetch(url, { method: "POST", headers, body, signal });
    return (await response.json()) as Answer;
  } catch (cause) {
    throw new RpcFailure("The node doesn't answer.", undefined, cause);
  }
}
