import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { ErrorResponse } from "@weft/protocol";
import { hasUrl, problemOf, type RequestHead, type RequestProblem } from "./requestProblem.ts";

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
    const problem = problemOf(headOf(request));
    if (problem !== undefined) refuse(response, problem);
    else for (const listener of requests) listener.call(server, request, response);
  });
  const upgrades = server.listeners("upgrade") as UpgradeListener[];
  server.removeAllListeners("upgrade");
  server.on("upgrade", (request, socket, head) => {
    if (!hasUrl(headOf(request))) socket.destroy();
    else for (const listener of upgrades) listener.call(server, request, socket, head);
  });
}

function headOf({ url, headers }: IncomingMessage): RequestHead {
  const { host, "content-length": length, "transfer-encoding": encoding } = headers;
  return { url, host, length, encoding };
}

function refuse(response: ServerResponse, problem: RequestProblem): void {
  const { status, code, message } = problem;
  const body: ErrorResponse = { error: { code, message } };
  response.writeHead(status, {
    "content-type": "application/json",
    "access-control-allow-origin": "*",
    connection: "close",
  });
  response.end(JSON.stringify(body));
}
