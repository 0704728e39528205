import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocketTransport } from "@colyseus/ws-transport";
import type { WebSocket } from "ws";
import { MAX_CLOSING_MS, MAX_MESSAGE_BYTES } from "../limits.ts";
import { NetworkThread } from "./networkThread.ts";
import { CLIENT_ADDRESS_HEADER, type Opening } from "./protocol.ts";
import type { RemoteSocket } from "./remoteSocket.ts";

export type ThreadTransportOptions = {
  /** Something failed that ends nothing. */
  readonly onProblem: (error: Error) => void;
  /** Nobody is connected any more, nor can be. */
  readonly onFailed: (error: Error) => void;
};

type Listening = (error?: Error) => void;

/**
 * Colyseus's transport for `ws`, with the sockets in a thread of their own. HTTP requests come by way of it, too, to a server
 * behind a local socket, which Colyseus, Express and the endpoints have as if it were the one that listens.
 */
export class ThreadTransport extends WebSocketTransport {
  readonly #options: ThreadTransportOptions;
  readonly #behind: Server;
  #thread: NetworkThread | undefined;
  #folder: string | undefined;
  #port = 0;

  constructor(options: ThreadTransportOptions) {
    const behind = createServer({ keepAliveTimeout: 0 });
    // The thread looks whether connections are alive.
    super({ server: behind, pingInterval: 0 });
    this.#options = options;
    this.#behind = behind;
    // Before the listeners that will come.
    behind.on("request", restoreClientAddress);
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
    const at = { port, host, backlog, target, maxPayload: MAX_MESSAGE_BYTES };
    try {
      this.#port = await this.#thread.listen(at);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** @returns the path of a local socket that only this user can open. */
  async #listenBehind(): Promise<string> {
    this.#folder = await mkdtemp(join(tmpdir(), "weft-http-"));
    const isWindows = process.platform === "win32";
    const path = isWindows ? `\\\\.\\pipe\\${this.#folder}` : join(this.#folder, "http");
    await new Promise<void>((resolve, reject) => {
      this.#behind.once("error", reject).listen(path, resolve);
    });
    return path;
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
    if (this.#folder !== undefined) await rm(this.#folder, { recursive: true, force: true });
  }
}

/** A request's connection is the network thread's: its client's address comes with it. */
function restoreClientAddress({ headers, socket }: IncomingMessage): void {
  const value = headers[CLIENT_ADDRESS_HEADER];
  delete headers[CLIENT_ADDRESS_HEADER];
  Object.defineProperty(socket, "remoteAddress", { value, configurable: true });
}
