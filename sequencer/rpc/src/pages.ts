import type { IncomingMessage, ServerResponse } from "node:http";
import { pathOf } from "./findDispatcher.ts";

/** What is served to browsers beside JSON-RPC: an explorer. It knows of no transport. */
export interface PageSource {
  /** Such as `/explorer`: answered for, with everything below. */
  readonly path: string;
  /** @param request.url with the query */
  answer(request: { readonly url: string; readonly acceptsGzip: boolean }): Promise<PageAnswer>;
}

export type PageAnswer = {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array;
};

/** Who answers for a URL. */
export function findPages(sources: readonly PageSource[], url = ""): PageSource | undefined {
  const at = pathOf(url);
  return sources.find(({ path }) => at === path || at.startsWith(`${path}/`));
}

/** Answers GET and HEAD. */
export async function servePage(
  source: PageSource,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { method = "GET", url = "" } = request;
  if (method !== "GET" && method !== "HEAD") {
    response.writeHead(405, { allow: "GET, HEAD" }).end();
    return;
  }
  const encodings = String(request.headers["accept-encoding"] ?? "");
  const { status, headers, body } = await source.answer({
    url,
    acceptsGzip: /\bgzip\b/.test(encodings),
  });
  response.writeHead(status, { ...headers, "content-length": body.length });
  response.end(method === "HEAD" ? undefined : body);
}
