import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { ActiveRequests } from "./activeRequests.ts";
import { endBadConnection } from "./endBadConnection.ts";
import { toErrorObject } from "./errorObject.ts";
import { RpcError } from "./errors.ts";
import { type Dispatchers, findDispatcher } from "./findDispatcher.ts";
import {
  HEADERS_TIMEOUT_MS,
  KEEP_ALIVE_TIMEOUT_MS,
  MAX_BODY_BYTES,
  MAX_CONNECTIONS,
  REQUEST_TIMEOUT_MS,
  STOP_GRACE_MS,
} from "./limits.ts";
import { findPages, type PageSource, servePage } from "./pages.ts";
import {
  attachWebSockets,
  type WebSocketOptions,
  type WebSockets,
  wantsWebSocket,
} from "./webSockets.ts";

export interface HttpServer {
  readonly port: number;
  /** Takes no more connections, and waits up to `STOP_GRACE_MS` for what is under way. */
  stop(): Promise<void>;
}

export type HttpServerOptions = Omit<WebSocketOptions, "active"> & {
  readonly host: string;
  /** 0 for any free one. */
  readonly port: number;
  readonly pages?: readonly PageSource[];
};

/** Wallets in any page may talk to a node: it keeps no keys and knows no cookies. */
const corsHeaders = {
  "access-control-allow-origin": "*",
  "access-control-allow-methods": "POST, OPTIONS",
  "access-control-allow-headers": "*",
  "access-control-max-age": "86400",
};

/** HTTP and WebSockets at the same addresses. @throws RpcError LISTEN_FAILED */
export async function startHttpServer(options: HttpServerOptions): Promise<HttpServer> {
  const active = new ActiveRequests();
  const server = createServer({ shouldUpgradeCallback: wantsWebSocket }, (request, response) => {
    if (!active.enter()) {
      refuse(response, 503, "the node is busy");
      return;
    }
    respond(request, response, options)
      .catch(() => response.destroy()) // the client went away
      .finally(() => active.leave());
  });
  server.headersTimeout = HEADERS_TIMEOUT_MS;
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  server.keepAliveTimeout = KEEP_ALIVE_TIMEOUT_MS;
  server.maxConnections = MAX_CONNECTIONS;
  server.on("clientError", (error, socket) => endBadConnection(error, socket as Socket));
  await listen(server, options);
  const webSockets = attachWebSockets(server, { ...options, active });
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => stop(server, webSockets),
  };
}

async function listen(server: Server, { host, port }: HttpServerOptions): Promise<void> {
  try {
    server.listen(port, host);
    await once(server, "listening");
  } catch (cause) {
    throw new RpcError("LISTEN_FAILED", `can't listen on ${host}:${port}`, {
      details: { host, port },
      cause,
    });
  }
}

async function stop(server: Server, webSockets: WebSockets): Promise<void> {
  if (!server.listening) return;
  const closed = once(server, "close"); // with WebSockets among its connections
  const webSocketsClosed = webSockets.stop();
  server.close();
  server.closeIdleConnections();
  const grace = setTimeout(() => server.closeAllConnections(), STOP_GRACE_MS);
  await webSocketsClosed;
  await closed;
  clearTimeout(grace);
}

async function respond(
  request: IncomingMessage,
  response: ServerResponse,
  { dispatchers, pages = [] }: { dispatchers: Dispatchers; pages?: readonly PageSource[] },
): Promise<void> {
  const page = findPages(pages, request.url);
  if (page !== undefined) return servePage(page, request, response);
  const dispatcher = findDispatcher(dispatchers, request.url);
  if (dispatcher === undefined) {
    return refuse(response, 404, `nothing here; try ${[...dispatchers.keys()].join(" or ")}`);
  }
  if (request.method === "OPTIONS") {
    response.writeHead(204, corsHeaders).end();
    return;
  }
  if (request.method !== "POST") return refuse(response, 405, "JSON-RPC takes POST requests");
  const type = request.headers["content-type"] ?? "application/json";
  if (!type.includes("json")) return refuse(response, 415, "send application/json");
  const body = await readBody(request);
  if (body === undefined) return refuse(response, 413, `a body above ${MAX_BODY_BYTES} bytes`);
  const answer = await dispatcher.handle(body);
  if (answer === undefined) response.writeHead(204, corsHeaders).end();
  else send(response, 200, answer);
}

/** The body as text; undefined when it is too large. Bytes that aren't UTF-8 end as a parse error. */
async function readBody(request: IncomingMessage): Promise<string | undefined> {
  const announced = Number(request.headers["content-length"] ?? 0);
  if (announced > MAX_BODY_BYTES) return undefined;
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request.iterator({ destroyOnReturn: false })) {
    size += (chunk as Buffer).length;
    if (size > MAX_BODY_BYTES) return undefined;
    chunks.push(chunk as Buffer);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** An answer outside JSON-RPC's own errors, in its form all the same: clients show the message. */
function refuse(response: ServerResponse, status: number, message: string): void {
  const error = toErrorObject(new RpcError("INVALID_REQUEST", message));
  // The rest of the request isn't read, so the connection can't be used again.
  response.setHeader("connection", "close");
  send(response, status, JSON.stringify({ jsonrpc: "2.0", id: null, error }));
}

function send(response: ServerResponse, status: number, body: string): void {
  response.writeHead(status, { ...corsHeaders, "content-type": "application/json" }).end(body);
}
