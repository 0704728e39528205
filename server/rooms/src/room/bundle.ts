import type { WebSocket as UwsSocket } from "uWebSockets.js";
import type { Client } from "@colyseus/core";
import { frameHeadBytes, writeFrame } from "../network/frames.ts";
import { RemoteSocket } from "../network/remoteSocket.ts";

/** What is more than this goes out as it is: copying it for every client would cost more than it saves. */
const MAX_COPIED_BYTES = 4 * 1024;

/** What the room's clients are told meanwhile; undefined when it goes out at once. */
let told: Bundle[] | undefined;

/**
 * Runs something that tells many clients something, each of them several things: what goes to one goes out in one write. A write
 * is a system call, and costs more than all the rest of a message: stamp, patch and finality in one cost less than the patch
 * alone does with `ws`, which writes a message's head and body as two chunks. uWebSockets.js makes one write of
 * them by itself, within its `cork`.
 * @param isBehind Called for each client that was sent something while it hadn't taken all from before, as far as can be
 *   seen at no cost; where it can't, for each.
 */
export function bundled<T>(run: () => T, isBehind: (client: Client) => void): T {
  if (told !== undefined) return run();
  const bundles: Bundle[] = [];
  told = bundles;
  try {
    return run();
  } finally {
    told = undefined;
    const behind = bundles.filter((bundle) => !bundle.flush());
    for (const { client } of behind) isBehind(client);
  }
}

/** From now on, what the client is sent within `bundled` goes out in one write, in its order. To be called once for a client. */
export function bundle(client: Client): void {
  const its = new Bundle(client);
  const leave = client.leave.bind(client);
  client.raw = (data, options, done) => its.send(data, options, done);
  client.leave = (code, data) => {
    its.flush();
    leave(code, data);
  };
}

type RawOptions = Parameters<Client["raw"]>[1];
type RawDone = Parameters<Client["raw"]>[2];

/** What ws has for a connection, as far as it matters here. Its socket has no public name. */
type WsConnection = {
  readonly readyState: number;
  readonly OPEN: number;
  readonly extensions: string;
  readonly _socket?: Socket | null;
};

/** What Colyseus has around a connection of uWebSockets.js; others don't have it. */
type UwsConnection = { readonly ws?: Pick<UwsSocket<unknown>, "cork"> };

type Socket = {
  readonly writableLength: number;
  write(bytes: Uint8Array): void;
  cork(): void;
  uncork(): void;
};

class Bundle {
  readonly client: Client;
  readonly #raw: Client["raw"];
  readonly #messages: Uint8Array[] = [];
  #frameBytes = 0;
  /** Looked up once for a connection. */
  #ref: unknown;
  #connection: WsConnection | undefined;

  constructor(client: Client) {
    this.client = client;
    this.#raw = client.raw.bind(client);
  }

  send(data: Uint8Array, options: RawOptions, done: RawDone): void {
    // Colyseus gives it lists of numbers, too.
    if (told === undefined || done !== undefined || !(data instanceof Uint8Array)) {
      this.flush();
      this.#raw(data, options, done);
      return;
    }
    if (this.#messages.length === 0) told.push(this);
    this.#messages.push(data);
    this.#frameBytes += frameHeadBytes(data.length) + data.length;
  }

  /** @returns whether the client had taken all that it was sent before. */
  flush(): boolean {
    if (this.#messages.length === 0) return true;
    const ref: unknown = this.client.ref;
    const isUpToDate =
      ref instanceof RemoteSocket ? ref.sendAll(this.#messages) : this.#flushHere(ref);
    this.#messages.length = 0;
    this.#frameBytes = 0;
    return isUpToDate;
  }

  /** To a socket of this thread. */
  #flushHere(ref: unknown): boolean {
    if (ref !== this.#ref) {
      this.#ref = ref;
      this.#connection = plainConnection(ref);
    }
    const socket = openSocket(this.#connection);
    const isUpToDate = socket?.writableLength === 0;
    if (socket === undefined) this.#sendHeldBack();
    else if (this.#frameBytes <= MAX_COPIED_BYTES) this.#sendAsOne(socket, isUpToDate);
    else this.#sendCorked(socket);
    return isUpToDate;
  }

  /** The frames that ws would make, one behind the other, on the socket that ws writes to. */
  #sendAsOne(socket: Socket, isUpToDate: boolean): void {
    // What waits for a slow client isn't to keep alive the bytes of others, in a piece of memory that they share.
    const allocate = isUpToDate ? Buffer.allocUnsafe : Buffer.allocUnsafeSlow;
    const frames = allocate(this.#frameBytes);
    let end = 0;
    for (const message of this.#messages) end = writeFrame(frames, end, message);
    socket.write(frames);
  }

  /** One write as well, of bytes that all clients share. */
  #sendCorked(socket: Socket): void {
    socket.cork();
    this.#sendEach();
    socket.uncork();
  }

  /** uWebSockets.js makes one write of what it is told within `cork`: 86 µs of the serving thread by action instead of 93. */
  #sendHeldBack(): void {
    const { ws } = this.client.ref as unknown as UwsConnection;
    if (ws === undefined || this.#messages.length < 2) {
      this.#sendEach();
      return;
    }
    try {
      ws.cork(() => this.#sendEach());
    } catch {
      // It throws for a socket that is closed, which Colyseus is to notice.
      this.#sendEach();
    }
  }

  #sendEach(): void {
    for (const message of this.#messages) this.#raw(message);
  }
}

/** A connection of ws on which nothing is compressed: it has nothing of its own between a message and the socket. */
function plainConnection(ref: unknown): WsConnection | undefined {
  const connection = ref as Partial<WsConnection>;
  const isPlain = connection._socket != null && connection.extensions === "";
  return isPlain ? (connection as WsConnection) : undefined;
}

function openSocket(connection: WsConnection | undefined): Socket | undefined {
  if (connection === undefined || connection.readyState !== connection.OPEN) return undefined;
  return connection._socket ?? undefined;
}
