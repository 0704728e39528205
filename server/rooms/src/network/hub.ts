import { parentPort } from "node:worker_threads";
import { assert } from "@weft/protocol";
import type { Connection } from "./connection.ts";
import { EventWriter } from "./eventWriter.ts";
import {
  decodeClose,
  Event,
  encodeClose,
  Flag,
  type FromThread,
  LOOK,
  MAX_CONNECTIONS,
  type NetworkMemory,
  type Opening,
  Order,
  readMessages,
} from "./protocol.ts";
import { RingReader } from "./ring.ts";

const text = new TextEncoder();

/** On the network thread, the connections of whatever listens, as the serving thread hears of them and orders them about. */
export class Hub {
  readonly #events: EventWriter;
  readonly #orders: RingReader;
  readonly #flags: Int32Array;
  readonly #taken: Uint32Array;
  readonly #byNumber = new Map<number, Connection>();
  /** Numbers that were given back. */
  readonly #free: number[] = [];
  #nextNumber = 0;
  /** Of a message that is longer than a record. */
  #parts: Uint8Array[] = [];

  constructor(memory: NetworkMemory) {
    this.#flags = new Int32Array(memory.flags);
    this.#taken = new Uint32Array(memory.taken);
    this.#orders = new RingReader(memory.orders);
    this.#events = new EventWriter(memory.events, this.#flags, () => say(LOOK));
  }

  get isFull(): boolean {
    return this.#byNumber.size >= MAX_CONNECTIONS;
  }

  /** Somebody came in. @param create Makes the connection, of its number. */
  open<C extends Connection>(
    opening: Opening,
    create: (number: number, taken: Uint32Array) => C,
  ): C {
    const connection = create(this.#free.pop() ?? this.#nextNumber++, this.#taken);
    this.#byNumber.set(connection.number, connection);
    this.#events.write(Event.opened, connection, text.encode(JSON.stringify(opening)));
    return connection;
  }

  /** A message came. @param data Nobody writes over it. */
  message(connection: Connection, data: Uint8Array, isBinary: boolean): void {
    this.#events.write(isBinary ? Event.bytes : Event.text, connection, data);
    // In a flood, what was told comes behind all that can be read: patches don't wait for that.
    if (Atomics.load(this.#flags, Flag.ordersTold) === 1) this.look();
  }

  failed(connection: Connection, error: Error): void {
    this.#events.write(Event.failed, connection, text.encode(error.message));
  }

  /** Nothing more comes of it. */
  closed(connection: Connection, code: number, reason: Uint8Array): void {
    this.#events.write(Event.closed, connection, encodeClose(code, reason));
  }

  /** The serving thread has orders, or has read. */
  look(): void {
    Atomics.store(this.#flags, Flag.ordersTold, 0);
    while (this.#orders.read(this.#onOrder));
    this.#events.goOn();
  }

  readonly #onOrder = (
    kind: number,
    number: number,
    memory: Uint8Array,
    start: number,
    end: number,
  ): void => {
    const connection = this.#byNumber.get(number);
    assert(connection !== undefined, "a number is its connection's until it is given back");
    switch (kind) {
      case Order.messages:
        connection.send(readMessages(memory, start, end));
        break;
      case Order.part:
        this.#parts.push(memory.slice(start, end));
        break;
      case Order.lastPart: {
        const message = Buffer.concat([...this.#parts, memory.subarray(start, end)]);
        this.#parts = [];
        connection.send([message]);
        break;
      }
      case Order.close: {
        const { code, reason } = decodeClose(memory.slice(start, end));
        connection.close(code, reason);
        break;
      }
      case Order.terminate:
        connection.terminate();
        break;
      case Order.pause:
        connection.isPausedByOrder = true;
        break;
      case Order.resume:
        connection.isPausedByOrder = false;
        break;
      case Order.release:
        connection.release();
        this.#byNumber.delete(number);
        this.#free.push(number);
        break;
    }
  };
}

/** The end of the port on this thread. */
export function port() {
  assert(parentPort !== null, "the network has a thread of its own");
  return parentPort;
}

export function say(message: FromThread): void {
  port().postMessage(message);
}
