import { Worker } from "node:worker_threads";
import {
  decodeClose,
  Event,
  encodeClose,
  Flag,
  type FromThread,
  fillMessages,
  type ListenAt,
  LOOK,
  MAX_CONNECTIONS,
  type NetworkMemory,
  type Opening,
  Order,
  sizeOfMessages,
  type ToThread,
} from "./protocol.ts";
import { type RemoteNetwork, RemoteSocket } from "./remoteSocket.ts";
import { createRingMemory, RingReader, RingWriter } from "./ring.ts";

/** What clients have sent and nobody has looked at: some thousand frames. Past it they are read no more, and TCP has them wait. */
const EVENTS_BYTES = 512 * 1024;
/** What goes to clients: patches of many rooms at once. */
const ORDERS_BYTES = 4 * 1024 * 1024;
/** After so much of what clients sent whatever else waits goes first. */
const SLICE_MS = 2;
/** The clock is asked once for so many. */
const SLICE_EVENTS = 32;
/** How often it is looked whether the thread has made room. */
const RETRY_MS = 1;
/** RFC 6455 7.4.1: a connection that ended without a word. */
const ABNORMAL_CLOSURE = 1006;

export type NetworkThreadOptions = {
  readonly onOpened: (socket: RemoteSocket, opening: Opening) => void;
  /** Something failed that ends nothing. */
  readonly onProblem: (error: Error) => void;
  /** The thread died, and all connections with it. */
  readonly onDied: (error: Error) => void;
  readonly startWorker?: (memory: NetworkMemory) => Worker;
};

/** An order that waits for room. */
type Waiting = { readonly kind: number; readonly connection: number; readonly bytes: Uint8Array };

/**
 * The thread that has the players' sockets, as the serving thread sees it. Of what a message of a game costs, most is the
 * kernel's part in reading and writing sockets: that is done over there, and here remains what rooms do with it.
 */
export class NetworkThread implements RemoteNetwork {
  readonly #worker: Worker;
  readonly #options: NetworkThreadOptions;
  readonly #events: RingReader;
  readonly #orders: RingWriter;
  readonly #flags: Int32Array;
  readonly #taken: Uint32Array;
  readonly #sockets = new Map<number, RemoteSocket>();
  readonly #ended: Promise<void>;
  #waiting: Waiting[] = [];
  #retry: NodeJS.Timeout | undefined;
  #isTelling = false;
  #isHandling = false;
  #isGoingOn = false;
  #isEnding = false;
  #isGone = false;
  #onListening: ((said: number | Error) => void) | undefined;

  constructor(options: NetworkThreadOptions) {
    this.#options = options;
    const memory: NetworkMemory = {
      events: createRingMemory(EVENTS_BYTES),
      orders: createRingMemory(ORDERS_BYTES),
      flags: new SharedArrayBuffer(Object.keys(Flag).length * Int32Array.BYTES_PER_ELEMENT),
      taken: new SharedArrayBuffer(MAX_CONNECTIONS * Uint32Array.BYTES_PER_ELEMENT),
    };
    this.#events = new RingReader(memory.events);
    this.#orders = new RingWriter(memory.orders);
    this.#flags = new Int32Array(memory.flags);
    this.#taken = new Uint32Array(memory.taken);
    const worker = (options.startWorker ?? startWorker)(memory);
    this.#worker = worker;
    worker.on("message", (message: FromThread) => this.#onMessage(message));
    worker.on("error", (error) => this.#onGone(error));
    this.#ended = new Promise((resolve) => {
      worker.on("exit", (code) => {
        this.#onGone(new Error(`the network thread has ended with code ${code}`));
        resolve();
      });
    });
  }

  /** @returns the port it listens on. Rejects with what `listen` of Node.js says. */
  async listen(at: ListenAt): Promise<number> {
    this.#tell({ listen: at });
    const said = await new Promise<number | Error>((resolve) => {
      this.#onListening = resolve;
    });
    if (typeof said !== "number") throw said;
    return said;
  }

  /** Nobody new comes in from now on. */
  stopListening(): void {
    this.#tell({ stopListening: true });
  }

  /** Ends the thread, once all connections are closed or the time is over. */
  async end(withinMs: number): Promise<void> {
    this.#isEnding = true;
    this.#tell({ endWithinMs: withinMs });
    await this.#ended;
  }

  send(connection: number, messages: readonly Uint8Array[]): void {
    if (this.#isGone) return;
    const size = sizeOfMessages(messages);
    const fits = this.#waiting.length === 0 && size <= this.#orders.maxLength;
    const at = fits ? this.#orders.reserve(Order.messages, connection, size) : -1;
    if (at >= 0) {
      fillMessages(this.#orders.memory, at, messages);
      this.#orders.publish();
      this.#tellOrders();
    } else {
      for (const message of messages) this.#sendLater(connection, message);
    }
  }

  /** A message that is too long for a record, or too much for what room there is. */
  #sendLater(connection: number, message: Uint8Array): void {
    const { maxLength } = this.#orders;
    const last = Math.max(0, Math.ceil(message.length / maxLength) - 1);
    for (let i = 0; i <= last; i++) {
      const kind = i === last ? Order.lastPart : Order.part;
      // A copy: who sent it may write over it before there is room.
      this.#order(kind, connection, message.slice(i * maxLength, (i + 1) * maxLength));
    }
  }

  close(connection: number, code: number, reason: Uint8Array): void {
    this.#order(Order.close, connection, encodeClose(code, reason));
  }

  terminate(connection: number): void {
    this.#order(Order.terminate, connection);
  }

  pause(connection: number): void {
    this.#order(Order.pause, connection);
  }

  resume(connection: number): void {
    this.#order(Order.resume, connection);
  }

  taken(connection: number): number {
    return Atomics.load(this.#taken, connection);
  }

  #order(kind: number, connection: number, bytes: Uint8Array = NOTHING): void {
    if (this.#isGone) return;
    if (this.#waiting.length > 0 || !this.#orders.write(kind, connection, bytes)) {
      this.#waiting.push({ kind, connection, bytes });
      this.#retry ??= setTimeout(() => this.#writeWaiting(), RETRY_MS);
    }
    this.#tellOrders();
  }

  /** The thread was behind: what waited goes first, in its order. */
  #writeWaiting(): void {
    this.#retry = undefined;
    let written = 0;
    for (const { kind, connection, bytes } of this.#waiting) {
      if (!this.#orders.write(kind, connection, bytes)) break;
      written++;
    }
    this.#waiting = this.#waiting.slice(written);
    if (this.#waiting.length > 0 && !this.#isGone) {
      this.#retry = setTimeout(() => this.#writeWaiting(), RETRY_MS);
    }
    this.#tellOrders();
  }

  /** Once for all that is ordered in one go. */
  #tellOrders(): void {
    if (this.#isTelling) return;
    this.#isTelling = true;
    queueMicrotask(() => {
      this.#isTelling = false;
      if (Atomics.exchange(this.#flags, Flag.ordersTold, 1) === 0) this.#tell(LOOK);
    });
  }

  #tell(message: ToThread): void {
    this.#worker.postMessage(message);
  }

  #onMessage(message: FromThread): void {
    if (message === LOOK) {
      Atomics.store(this.#flags, Flag.eventsTold, 0);
      this.receive();
      return;
    }
    if ("problem" in message) {
      this.#options.onProblem(message.problem);
    } else if ("listening" in message) {
      this.#onListening?.(message.listening);
    } else {
      const { message: why, code } = message.cannotListen;
      this.#onListening?.(Object.assign(new Error(why), { code }));
    }
  }

  /**
   * Handles what clients have sent, for a while; then whatever else waits has its turn, and this goes on. It is called when the
   * thread says that there is something, and may be at any time, so that what has come shows in what is sent next.
   */
  receive(): void {
    // By a handler: what it handles isn't done yet.
    if (this.#isHandling) return;
    this.#isHandling = true;
    const untilMs = performance.now() + SLICE_MS;
    let hasMore = true;
    try {
      do {
        for (let i = 0; hasMore && i < SLICE_EVENTS; i++) {
          hasMore = this.#events.read(this.#onEvent);
        }
      } while (hasMore && performance.now() < untilMs);
    } finally {
      // Also when whoever handles a message throws, which isn't to cost the others theirs.
      this.#isHandling = false;
      if (Atomics.exchange(this.#flags, Flag.stalled, 0) === 1) this.#tell(LOOK);
      if (hasMore) this.#receiveSoon();
    }
  }

  #receiveSoon(): void {
    if (this.#isGoingOn) return;
    this.#isGoingOn = true;
    setImmediate(() => {
      this.#isGoingOn = false;
      this.receive();
    });
  }

  readonly #onEvent = (
    kind: number,
    connection: number,
    memory: Uint8Array,
    start: number,
    end: number,
  ): void => {
    // A copy: the thread will write over it, and who handles messages may keep them.
    const bytes = Buffer.from(memory.subarray(start, end));
    if (kind === Event.opened) {
      this.#onOpened(connection, JSON.parse(bytes.toString()) as Opening);
      return;
    }
    const socket = this.#sockets.get(connection);
    if (socket === undefined) return;
    if (kind === Event.bytes || kind === Event.text) {
      socket.emit("message", bytes, kind === Event.bytes);
    } else if (kind === Event.failed) {
      // Where it is made here says nothing of where it came from.
      socket.emit("error", Object.assign(new Error(bytes.toString()), { stack: "" }));
    } else if (kind === Event.closed) {
      const { code, reason } = decodeClose(bytes);
      this.#sockets.delete(connection);
      this.#order(Order.release, connection);
      socket.noteClosed(code, reason);
    }
  };

  #onOpened(connection: number, opening: Opening): void {
    const socket = new RemoteSocket(this, connection);
    this.#sockets.set(connection, socket);
    this.#options.onOpened(socket, opening);
  }

  #onGone(error: Error): void {
    if (this.#isGone) return;
    this.#isGone = true;
    clearTimeout(this.#retry);
    this.#waiting = [];
    this.#onListening?.(error);
    const sockets = [...this.#sockets.values()];
    this.#sockets.clear();
    for (const socket of sockets) socket.noteClosed(ABNORMAL_CLOSURE, Buffer.alloc(0));
    if (!this.#isEnding) this.#options.onDied(error);
  }
}

const NOTHING = new Uint8Array();

function startWorker(workerData: NetworkMemory): Worker {
  return new Worker(new URL("./networkWorker.ts", import.meta.url), {
    name: "weft network",
    workerData,
  });
}
