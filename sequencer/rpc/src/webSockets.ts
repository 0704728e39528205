import { once } from "node:events";
import type { IncomingMessage, Server } from "node:http";
import type { Duplex } from "node:stream";
import { setTimeout as delay } from "node:timers/promises";
import { type ServerOptions, type WebSocket, WebSocketServer } from "ws";
import type { ActiveRequests } from "./activeRequests.ts";
import { CloseCode, Connection } from "./connection.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { RpcError } from "./errors.ts";
import { type Dispatchers, findDispatcher, pathOf } from "./findDispatcher.ts";
import { LEDGER_PATH, type LedgerStreams } from "./ledgerStream/serveLedger.ts";
import {
  CLOSE_TIMEOUT_MS,
  HEARTBEAT_MS,
  MAX_BODY_BYTES,
  MAX_CONNECTION_REQUESTS,
  MAX_WEB_SOCKETS,
  STOP_GRACE_MS,
} from "./limits.ts";

export interface WebSockets {
  /** Takes no more, waits up to `STOP_GRACE_MS` for calls under way, and closes with 1001. */
  stop(): Promise<void>;
}

export type WebSocketOptions = {
  readonly dispatchers: Dispatchers;
  readonly active: ActiveRequests;
  /** Takes the sockets at `LEDGER_PATH`. */
  readonly ledgerStreams?: LedgerStreams;
  /** Default: `HEARTBEAT_MS`. */
  readonly heartbeatMs?: number;
  /** Default: `MAX_WEB_SOCKETS`. */
  readonly maxWebSockets?: number;
};

/** Whether a request wants to become a WebSocket. Others, such as h2c's, stay what they are. */
export function wantsWebSocket({ headers }: IncomingMessage): boolean {
  return headers.upgrade?.toLowerCase() === "websocket";
}

/** `closeTimeout` is missing in the types of `ws`. */
const settings: ServerOptions & { readonly closeTimeout: number } = {
  noServer: true,
  maxPayload: MAX_BODY_BYTES,
  closeTimeout: CLOSE_TIMEOUT_MS,
  // Costs memory for each connection, and lets a few bytes become many.
  perMessageDeflate: false,
};

/** JSON-RPC over WebSockets, at the paths and the port of an HTTP server. */
export function attachWebSockets(server: Server, options: WebSocketOptions): WebSockets {
  const { dispatchers, active, heartbeatMs = HEARTBEAT_MS } = options;
  const { maxWebSockets = MAX_WEB_SOCKETS, ledgerStreams } = options;
  const sockets = new WebSocketServer(settings);
  const served = new Map<WebSocket, ServedSocket>();
  let stopping = false;

  function accept(socket: WebSocket, dispatcher: Dispatcher): void {
    const client = new ServedSocket(socket, dispatcher, active);
    served.set(socket, client);
    socket.on("close", () => {
      served.delete(socket);
      client.end();
    });
  }

  server.on("upgrade", (request, socket, head) => {
    const dispatcher = findDispatcher(dispatchers, request.url);
    const streams = pathOf(request.url) === LEDGER_PATH ? ledgerStreams : undefined;
    if (dispatcher === undefined && streams === undefined) refuseUpgrade(socket, "404 Not Found");
    else if (stopping || sockets.clients.size >= maxWebSockets) {
      refuseUpgrade(socket, "503 Service Unavailable");
    } else {
      sockets.handleUpgrade(request, socket, head, (client) => {
        if (dispatcher === undefined) streams?.accept(client);
        else accept(client, dispatcher);
      });
    }
  });
  // A client that vanished without a word would hold its place for ever.
  const heartbeat = setInterval(() => {
    for (const client of served.values()) client.beat();
  }, heartbeatMs);

  return {
    async stop() {
      stopping = true;
      clearInterval(heartbeat);
      ledgerStreams?.stop();
      await Promise.all([...served.values()].map((client) => client.stop()));
    },
  };
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.on("error", () => {}); // the client went away
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

/** One open socket: how much it may ask at once, and whether anyone is still there. */
class ServedSocket {
  readonly #socket: WebSocket;
  readonly #connection: Connection;
  readonly #active: ActiveRequests;
  readonly #requests = new Set<Promise<void>>();
  #requestBytes = 0;
  #heard = true;

  constructor(socket: WebSocket, dispatcher: Dispatcher, active: ActiveRequests) {
    this.#socket = socket;
    this.#active = active;
    const wire = {
      send: (text: string) => socket.send(text),
      bufferedBytes: () => socket.bufferedAmount,
      close: (code: number, reason: string) => socket.close(code, reason),
    };
    this.#connection = new Connection(wire, dispatcher);
    socket.on("error", () => {}); // `close` follows
    socket.on("pong", () => {
      this.#heard = true;
    });
    socket.on("message", (data: Buffer, isBinary) => {
      this.#heard = true;
      if (isBinary) this.#close(CloseCode.unsupportedData, "JSON-RPC is text");
      else this.#receive(data);
    });
  }

  /** Ends those who have said nothing, not even to the last ping. */
  beat(): void {
    // Nothing is read from a paused one, so that nothing can be heard of it.
    if (this.#socket.isPaused) return;
    if (this.#heard) this.#socket.ping();
    else this.#socket.terminate();
    this.#heard = false;
  }

  end(): void {
    this.#connection.end();
  }

  async stop(): Promise<void> {
    if (this.#socket.readyState === this.#socket.CLOSED) return;
    const closed = once(this.#socket, "close");
    await Promise.race([
      Promise.all(this.#requests),
      delay(STOP_GRACE_MS, undefined, { ref: false }),
    ]);
    this.#close(CloseCode.goingAway, "the node stops");
    await closed;
  }

  #close(code: number, reason: string): void {
    this.#connection.end();
    this.#socket.resume(); // to hear the client's own word
    this.#socket.close(code, reason);
  }

  #receive(data: Buffer): void {
    const request = this.#answer(data.toString("utf8"));
    this.#requests.add(request);
    this.#requestBytes += data.length;
    this.#throttle();
    void request.finally(() => {
      this.#requests.delete(request);
      this.#requestBytes -= data.length;
      this.#throttle();
    });
  }

  async #answer(message: string): Promise<void> {
    if (!this.#active.enter()) {
      this.#connection.refuse(message, new RpcError("OVERLOADED", "the node is busy"));
      return;
    }
    try {
      await this.#connection.receive(message);
    } finally {
      this.#active.leave();
    }
  }

  /** Whoever asks faster than they are answered waits, as they would on HTTP. */
  #throttle(): void {
    const isBusy =
      this.#requests.size >= MAX_CONNECTION_REQUESTS || this.#requestBytes > MAX_BODY_BYTES;
    if (isBusy) this.#socket.pause();
    else if (this.#socket.isPaused) this.#socket.resume();
  }
}
