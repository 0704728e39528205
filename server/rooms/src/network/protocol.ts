import type { RingMemory } from "./ring.ts";

/** What the thread tells of its connections, in records of a ring: their kinds. */
export const Event = {
  /** A connection came. JSON: `Opening`. */
  opened: 1,
  /** A message of bytes, or of text, whole. */
  bytes: 2,
  text: 3,
  /** Two bytes of a close code, and the reason. Nothing more comes of the connection. */
  closed: 4,
  /** The message of an error; `closed` follows. */
  failed: 5,
} as const;

/** What the thread is told to do with a connection. */
export const Order = {
  /** Messages that go out together, see `fillMessages`. */
  messages: 1,
  /** Of a message that is longer than a record; others of it follow at once. */
  part: 2,
  lastPart: 3,
  /** As `Event.closed`; no code is 0. Begins the closing handshake. */
  close: 4,
  terminate: 5,
  /** Read no more of it. */
  pause: 6,
  resume: 7,
  /** `closed` has arrived: the connection's number may be another's. */
  release: 8,
} as const;

/** How somebody came in: all that Colyseus looks at. */
export type Opening = {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly remoteAddress: string | undefined;
};

/** Places in `NetworkMemory.flags`: 1 where it is so. */
export const Flag = {
  /** The serving thread was told that there are events, and hasn't looked yet. */
  eventsTold: 0,
  /** The same of the network thread and orders. */
  ordersTold: 1,
  /** The network thread waits for room among the events. */
  stalled: 2,
} as const;

/** Memory that both threads see. */
export type NetworkMemory = {
  readonly events: RingMemory;
  readonly orders: RingMemory;
  readonly flags: SharedArrayBuffer;
  /** By connection: how many of the bytes that it was sent its socket has taken, modulo 2^32. */
  readonly taken: SharedArrayBuffer;
};

/** There is something to read in a ring. */
export const LOOK = 0;

export type ToThread =
  | typeof LOOK
  | { readonly listen: ListenAt }
  /** Nobody new comes in from now on. */
  | { readonly stopListening: true }
  /** Those who are connected have as long to go. */
  | { readonly endWithinMs: number };

export type ListenAt = {
  readonly port: number;
  readonly host: string | undefined;
  readonly backlog: number | undefined;
  /** The local socket of the HTTP server to which requests go that aren't for WebSockets. */
  readonly target: string;
  /** For `CLIENT_HEADER`. */
  readonly secret: string;
  /** Of one message. */
  readonly maxPayload: number;
};

/** Connections at one time. */
export const MAX_CONNECTIONS = 65_536;

export type FromThread =
  | typeof LOOK
  | { readonly listening: number }
  | { readonly cannotListen: { readonly message: string; readonly code: string | undefined } }
  /** Something failed that ends nothing. */
  | { readonly problem: Error };

/**
 * Says whose request it is, between the two HTTP servers: `ListenAt.secret`, a space, an address. The secret shows that a request came by
 * way of the network thread, and not from another process of this machine.
 */
export const CLIENT_HEADER = "x-weft-client";

/** On the network thread, what listens and takes connections. */
export interface SocketServer {
  /** Says `listening` or `cannotListen`. */
  listen(at: ListenAt): void;
  stopListening(): void;
  /** Calls `exit` when nobody is connected any more, or the time is over. */
  end(withinMs: number, exit: () => void): void;
}

/** Before each message of several in a record, its length. */
const LENGTH_BYTES = 4;

/** What messages take in a record, in bytes. */
export function sizeOfMessages(messages: readonly Uint8Array[]): number {
  let size = 0;
  for (const { length } of messages) size += LENGTH_BYTES + length;
  return size;
}

/** Writes messages where there is room for them. */
export function fillMessages(
  memory: Uint8Array,
  at: number,
  messages: readonly Uint8Array[],
): void {
  let end = at;
  for (const message of messages) {
    const { length } = message;
    memory[end] = length;
    memory[end + 1] = length >> 8;
    memory[end + 2] = length >> 16;
    memory[end + 3] = length >> 24;
    memory.set(message, end + LENGTH_BYTES);
    end += LENGTH_BYTES + length;
  }
}

/** The messages of a record, where they lie. */
export function readMessages(memory: Uint8Array, start: number, end: number): Uint8Array[] {
  const messages: Uint8Array[] = [];
  for (let at = start; at < end; ) {
    const length =
      (memory[at] as number) |
      ((memory[at + 1] as number) << 8) |
      ((memory[at + 2] as number) << 16) |
      ((memory[at + 3] as number) << 24);
    const from = at + LENGTH_BYTES;
    at = from + length;
    messages.push(memory.subarray(from, at));
  }
  return messages;
}

const NO_REASON = new Uint8Array();

/** A close code and reason as they lie in a record. */
export function encodeClose(code: number, reason: Uint8Array = NO_REASON): Uint8Array {
  const bytes = new Uint8Array(2 + reason.length);
  new DataView(bytes.buffer).setUint16(0, code);
  bytes.set(reason, 2);
  return bytes;
}

export function decodeClose(bytes: Uint8Array): { code: number; reason: Buffer } {
  const code = new DataView(bytes.buffer, bytes.byteOffset).getUint16(0);
  return { code, reason: Buffer.from(bytes.subarray(2)) };
}
