import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { ErrorResponse } from "@weft/protocol";
import { MAX_BODY_BYTES } from "../limits.ts";

type RequestListener = (request: IncomingMessage, response: ServerResponse) => void;
type UpgradeListener = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/**
 * Stands before the listeners of Colyseus's HTTP server. They build URLs out of what a client sent, in
 * asynchronous functions that nobody awaits, so a request whose URL or Host can't be parsed would end the
 * process; and they read matchmaking bodies without a bound. Such requests are answered here instead.
 */
export function guardHttpServer(server: Server): void {
  const requests = server.listeners("request") as RequestListener[];
  server.removeAllListeners("request");
  server.on("request", (request, response) => {
    const problem = problemOf(request);
    if (problem !== undefined) refuse(response, problem);
    else for (const listener of requests) listener.call(server, request, response);
  });
  const upgrades = server.listeners("upgrade") as UpgradeListener[];
  server.removeAllListeners("upgrade");
  server.on("upgrade", (request, socket, head) => {
    if (!hasUrl(request)) socket.destroy();
    else for (const listener of upgrades) listener.call(server, request, socket, head);
  });
}

type Problem = { status: number; code: string; message: string };

function problemOf(request: IncomingMessage): Problem | undefined {
  if (!hasUrl(request)) {
    return { status: 400, code: "REQUEST_INVALID", message: "the URL or the Host is malformed" };
  }
  const { "content-length": length, "transfer-encoding": encoding } = request.headers;
  if (encoding !== undefined) {
    return { status: 411, code: "REQUEST_INVALID", message: "a body needs its Content-Length" };
  }
  if (Number(length ?? 0) > MAX_BODY_BYTES) {
    const message = `a body has ${MAX_BODY_BYTES} bytes at most`;
    return { status: 413, code: "REQUEST_TOO_LARGE", message };
  }
  return undefined;
}

/** Whether the URLs that Colyseus makes of a request can be made. */
function hasUrl({ url, headers }: IncomingMessage): boolean {
  if (url === undefined || !url.startsWith("/")) return false;
  return URL.canParse(`http://${headers.host ?? ""}${url}`) && URL.canParse(`ws://server${url}`);
}

function refuse(response: ServerResponse, problem: Problem): void {
  const { status, code, message } = problem;
  const body: ErrorResponse = { error: { code, message } };
  response.writeHead(status, {
    "content-type": "application/json",
    "access-control-allow-origin": "*",
    connection: "close",
  });
  response.end(JSON.stringify(body));
}
