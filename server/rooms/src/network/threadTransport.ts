import { randomUUID } from "node:crypto";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocketTransport } from "@colyseus/ws-transport";
import type { WebSocket } from "ws";
import { MAX_CLOSING_MS, MAX_MESSAGE_BYTES } from "../limits.ts";
import { NetworkThread } from "./networkThread.ts";
import { CLIENT_HEADER, type Opening } from "./protocol.ts";
import type { RemoteSocket } from "./remoteSocket.ts";

export type ThreadTransportOptions = {
  /** Something failed that ends nothing. */
  readonly onProblem: (error: Error) => void;
  /** Nobody is connected any more, nor can be. */
  readonly onFailed: (error: Error) => void;
};

type Listening = (error?: Error) => void;

/** Names that only processes have: elsewhere a socket is a file. */
const LOCAL_SOCKETS: Partial<Record<NodeJS.Platform, (name: string) => string>> = {
  linux: (name) => `\0${name}`,
  win32: (name) => `\\\\.\\pipe\\${name}`,
};

/**
 * Colyseus's transport for `ws`, with the sockets in a thread of their own. HTTP requests come by way of it, too, to a server
 * behind a local socket, which Colyseus, Express and the endpoints have as if it were the one that listens.
 */
export class ThreadTransport extends WebSocketTransport {
  readonly #options: ThreadTransportOptions;
  readonly #behind: Server;
  #thread: NetworkThread | undefined;
  readonly #secret = randomUUID();
  #port = 0;

  constructor(options: ThreadTransportOptions) {
    const behind = createServer({ keepAliveTimeout: 0 });
    // The thread looks whether connections are alive.
    super({ server: behind, pingInterval: 0 });
    this.#options = options;
    this.#behind = behind;
  }

  /** The port it listens on. */
  get port(): number {
    return this.#port;
  }

  override listen(port: number, host?: string, backlog?: number, done: Listening = () => {}): this {
    this.#listen(port, host, backlog).then(() => done(), done);
    return this;
  }

  async #listen(port: number, host?: string, backlog?: number): Promise<void> {
    const target = await this.#listenBehind();
    const { onProblem, onFailed } = this.#options;
    this.#thread = new NetworkThread({
      onOpened: (socket, opening) => this.#open(socket, opening),
      onProblem,
      onDied: onFailed,
    });
    const secret = this.#secret;
    const at = { port, host, backlog, target, secret, maxPayload: MAX_MESSAGE_BYTES };
    try {
      this.#port = await this.#thread.listen(at);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** @returns the path of a local socket of which nothing stays, however the process ends */
  async #listenBehind(): Promise<string> {
    const name = `weft-http-${randomUUID()}`;
    const path = LOCAL_SOCKETS[process.platform]?.(name) ?? join(tmpdir(), name);
    await new Promise<void>((resolve, reject) => {
      this.#behind.once("error", reject).listen(path, resolve);
    });
    return path;
  }

  /** To be called once it listens: from then on requests are answered that come by way of the network thread, and no others. */
  secure(): void {
    const listeners = this.#behind.listeners("request") as RequestListener[];
    this.#behind.removeAllListeners("request");
    this.#behind.on("request", (request, response) => {
      if (!this.#admit(request)) request.socket.destroy();
      else for (const listener of listeners) listener.call(this.#behind, request, response);
    });
  }

  /** A request's connection is the network thread's: its client's address comes with it. */
  #admit({ headers, socket }: IncomingMessage): boolean {
    const [secret, address] = String(headers[CLIENT_HEADER]).split(" ");
    delete headers[CLIENT_HEADER];
    Object.defineProperty(socket, "remoteAddress", { value: address, configurable: true });
    return secret === this.#secret;
  }

  #open(socket: RemoteSocket, { url, headers, remoteAddress }: Opening): void {
    // As much of both as Colyseus looks at.
    const request = { url, headers, socket: { remoteAddress } } as unknown as IncomingMessage;
    void this.onConnection(socket as unknown as WebSocket & { pingCount: number }, request);
  }

  /** See `NetworkThread.receive`. */
  receive(): void {
    this.#thread?.receive();
  }

  override shutdown(): void {
    super.shutdown();
    this.#thread?.stopListening();
  }

  /** Ends connections that linger, and the thread. */
  async close(): Promise<void> {
    await this.#thread?.end(MAX_CLOSING_MS);
    this.#behind.close();
    this.#behind.closeAllConnections();
  }
}
