import { EventEmitter } from "node:events";

/** As `WebSocket.readyState`. */
const OPEN = 1;
const CLOSING = 2;
const CLOSED = 3;

/** What a connection needs of the thread that has it. */
export type RemoteNetwork = {
  /** Messages that go out in one write, after all before them. */
  send(connection: number, messages: readonly Uint8Array[]): void;
  close(connection: number, code: number, reason: Uint8Array): void;
  terminate(connection: number): void;
  pause(connection: number): void;
  resume(connection: number): void;
  /** How many of its bytes its socket has taken, modulo 2^32. */
  taken(connection: number): number;
};

type SendDone = (error?: Error) => void;

/**
 * A WebSocket whose socket another thread has: what Colyseus, and a room, use of one of `ws`.
 * Emits "message" (bytes, isBinary), "close" (code, reason), "error".
 */
export class RemoteSocket extends EventEmitter {
  readonly OPEN = OPEN;
  readonly #network: RemoteNetwork;
  readonly #connection: number;
  #state: typeof OPEN | typeof CLOSING | typeof CLOSED = OPEN;
  /** Bytes of messages that it was sent, modulo 2^32. */
  #sent = 0;

  constructor(network: RemoteNetwork, connection: number) {
    super();
    this.#network = network;
    this.#connection = connection;
  }

  get readyState(): number {
    return this.#state;
  }

  /** Bytes that wait for the other end to read them, those included that the thread has yet to see. */
  get bufferedAmount(): number {
    return this.#state === CLOSED ? 0 : (this.#sent - this.#network.taken(this.#connection)) >>> 0;
  }

  /** One message of bytes. */
  send(data: Uint8Array | readonly number[], _options?: unknown, done?: SendDone): void {
    if (this.#state !== OPEN) {
      done?.(new Error("the connection is closed"));
      return;
    }
    this.sendAll([data instanceof Uint8Array ? data : Uint8Array.from(data)]);
    // What comes after it goes after it, which is all that anybody waits for.
    if (done !== undefined) queueMicrotask(() => done());
  }

  /** Messages that go out in one write. @returns whether the other end had taken all that it was sent before */
  sendAll(messages: readonly Uint8Array[]): boolean {
    if (this.#state !== OPEN) return false;
    const isUpToDate = this.bufferedAmount === 0;
    for (const { length } of messages) this.#sent = (this.#sent + length) >>> 0;
    this.#network.send(this.#connection, messages);
    return isUpToDate;
  }

  /** Begins the closing handshake, after all that was sent. */
  close(code = 0, reason: string | Uint8Array = ""): void {
    if (this.#state !== OPEN) return;
    this.#state = CLOSING;
    this.#network.close(this.#connection, code, Buffer.from(reason));
  }

  terminate(): void {
    if (this.#state === CLOSED) return;
    this.#state = CLOSING;
    this.#network.terminate(this.#connection);
  }

  pause(): void {
    if (this.#state !== CLOSED) this.#network.pause(this.#connection);
  }

  resume(): void {
    if (this.#state !== CLOSED) this.#network.resume(this.#connection);
  }

  /** For the network: the connection is gone. */
  noteClosed(code: number, reason: Buffer): void {
    if (this.#state === CLOSED) return;
    this.#state = CLOSED;
    this.emit("close", code, reason);
  }
}
