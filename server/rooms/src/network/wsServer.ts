import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import { guardHttpServer } from "../http/guardHttpServer.ts";
import { type Hub, say } from "./hub.ts";
import type { ListenAt, Opening, SocketServer } from "./protocol.ts";
import { proxyRequests } from "./proxyRequests.ts";
import { WsConnection } from "./wsConnection.ts";

/** Whether the other end is still there is asked so often; who doesn't answer twice is gone. */
const PING_MS = 3_000;
const MAX_UNANSWERED_PINGS = 2;

/** Listens with Node's HTTP server and `ws`. */
export class WsServer implements SocketServer {
  readonly #hub: Hub;
  readonly #server: Server = createServer();
  readonly #sockets: WebSocketServer;
  readonly #unanswered = new WeakMap<WebSocket, number>();
  #pinging: NodeJS.Timeout | undefined;
  /** Nobody is connected, and nobody can be any more. */
  #isClosed = false;

  constructor(hub: Hub, maxPayload: number) {
    this.#hub = hub;
    this.#sockets = new WebSocketServer({ noServer: true, maxPayload, perMessageDeflate: false });
  }

  listen({ port, host, backlog, ...behind }: ListenAt): void {
    const server = this.#server;
    server.on("request", proxyRequests(behind));
    server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
    guardHttpServer(server);
    server.on("error", (error: NodeJS.ErrnoException) => {
      const { message, code } = error;
      // Later ones are of connections that couldn't be taken, as without file descriptors.
      say(server.listening ? { problem: error } : { cannotListen: { message, code } });
    });
    server.on("close", () => {
      this.#isClosed = true;
    });
    server.listen(port, host, backlog, () => {
      this.#pinging = setInterval(() => this.#ping(), PING_MS);
      say({ listening: (server.address() as AddressInfo).port });
    });
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    if (this.#hub.isFull) {
      socket.destroy();
      return;
    }
    const { url = "", headers } = request;
    const { remoteAddress } = request.socket;
    this.#sockets.handleUpgrade(request, socket, head, (ws) =>
      this.#open(ws, { url, headers, remoteAddress }),
    );
  }

  #open(ws: WebSocket, opening: Opening): void {
    const hub = this.#hub;
    const connection = hub.open(opening, (number, taken) => new WsConnection(number, taken, ws));
    ws.on("message", (data: Buffer, isBinary: boolean) => hub.message(connection, data, isBinary));
    ws.on("pong", () => this.#unanswered.delete(ws));
    ws.on("error", (error) => hub.failed(connection, error));
    ws.on("close", (code, reason) => hub.closed(connection, code, reason));
  }

  #ping(): void {
    for (const ws of this.#sockets.clients) {
      const unanswered = this.#unanswered.get(ws) ?? 0;
      this.#unanswered.set(ws, unanswered + 1);
      // It throws while a connection is being closed, which is bounded elsewhere.
      if (unanswered >= MAX_UNANSWERED_PINGS) ws.terminate();
      else if (ws.readyState === ws.OPEN) ws.ping();
    }
  }

  stopListening(): void {
    this.#server.close();
  }

  end(withinMs: number, exit: () => void): void {
    clearInterval(this.#pinging);
    if (this.#isClosed) exit();
    this.#server.on("close", exit).close();
    this.#server.closeAllConnections();
    setTimeout(exit, withinMs);
  }
}
