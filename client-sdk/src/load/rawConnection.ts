import { decode, type Iterator } from "@colyseus/schema";
import { Protocol, SchemaSerializer } from "@colyseus/sdk";
import type { Message } from "@weft/protocol";
import { Unpackr } from "msgpackr";
import { JOIN_TIMEOUT_MS } from "../limits.ts";
import type { RoomConnection, SeatTarget } from "../room/roomConnection.ts";
import { clientFrame, RawSocket } from "./rawSocket.ts";

export type RawConnectionOptions = {
  /** Whether the room is to be a new one, where the target names none. */
  readonly create: boolean;
  /** Whether the state is read: that costs most of what a client costs. */
  readonly readState: boolean;
};

type Name = (typeof Message)[keyof typeof Message];
type Close = { readonly code: number; readonly reason: string };

const unpackr = new Unpackr({ useRecords: false });
const ACKNOWLEDGED = clientFrame(Buffer.of(Protocol.JOIN_ROOM));
const LEAVE = clientFrame(Buffer.of(Protocol.LEAVE_ROOM));

/**
 * A room over a raw socket: the protocol of Colyseus and of Weft rooms, and nothing in it that costs a load generator more
 * than it must. What breaks is not built up again.
 */
export class RawConnection implements RoomConnection {
  readonly roomId: string;
  readonly #socket: RawSocket;
  readonly #serializer: SchemaSerializer | undefined;
  readonly #on = new Map<string, ((message: unknown) => void)[]>();
  readonly #onState: (() => void)[] = [];
  readonly #onError: ((code: number, message: string) => void)[] = [];
  readonly #onLeave: ((code: number, reason: string) => void)[] = [];
  #hasState = false;
  #closed: Close | undefined;

  /** Rejects with a number as `code` where matchmaking or the room refuses. */
  static async connect(
    target: SeatTarget,
    joinOptions: Readonly<Record<string, unknown>>,
    options: RawConnectionOptions,
  ): Promise<RawConnection> {
    const seat = await reserveSeat(target, joinOptions, options.create);
    const connection = new RawConnection(seat, target, options.readState);
    await connection.#joined();
    return connection;
  }

  private constructor(seat: Seat, { url, state: State }: SeatTarget, readState: boolean) {
    this.roomId = seat.roomId;
    if (readState) {
      this.#serializer = new SchemaSerializer();
      if (State !== undefined) this.#serializer.state = new State();
    }
    this.#socket = new RawSocket(seatUrl(url, seat));
    this.#socket.wants = (kind) => this.#isWanted(kind);
    this.#socket.onClose = (code) => this.#close({ code, reason: "" });
  }

  get isOpen(): boolean {
    return this.#closed === undefined && this.#socket.isOpen;
  }

  get state(): unknown {
    return this.#serializer?.state;
  }

  get bytesIn(): number {
    return this.#socket.bytesRead;
  }

  get bytesOut(): number {
    return this.#socket.bytesWritten;
  }

  sendBytes(name: Name, bytes: Uint8Array): void {
    this.#socket.write(clientFrame(Buffer.concat([headOf(name), bytes])));
  }

  onMessage(name: Name, listener: (message: unknown) => void): void {
    const listeners = this.#on.get(name);
    if (listeners === undefined) this.#on.set(name, [listener]);
    else listeners.push(listener);
  }

  onStateChange(listener: () => void): void {
    this.#onState.push(listener);
  }

  /** Never: a connection that broke is over. */
  onDrop(): void {}

  onError(listener: (code: number, message: string) => void): void {
    this.#onError.push(listener);
  }

  onLeave(listener: (code: number, reason: string) => void): void {
    this.#onLeave.push(listener);
  }

  async leave(): Promise<void> {
    if (this.#closed !== undefined) return;
    const left = new Promise<void>((resolve) => this.onLeave(() => resolve()));
    this.#socket.write(LEAVE);
    await left;
  }

  abandon(): void {
    this.#socket.destroy();
  }

  #joined(): Promise<void> {
    return new Promise((resolve, reject) => {
      const refuse = ({ code, reason }: Close) => {
        clearTimeout(timer);
        reject(Object.assign(new Error(reason), { code }));
        this.abandon();
      };
      const timer = setTimeout(() => refuse({ code: 0, reason: "not let in" }), JOIN_TIMEOUT_MS);
      this.onLeave((code) => refuse({ code, reason: `closed while joining (${code})` }));
      this.onError((code, reason) => refuse({ code, reason }));
      this.#socket.onMessage = (payload) => {
        if (payload[0] === Protocol.ERROR) this.#take(payload);
        if (payload[0] !== Protocol.JOIN_ROOM) return;
        clearTimeout(timer);
        // The promise is settled: nobody hears of these any more.
        this.#onLeave.length = this.#onError.length = 0;
        this.#socket.onMessage = (message) => this.#take(message);
        this.#handshake(payload);
        this.#socket.write(ACKNOWLEDGED);
        resolve();
      };
    });
  }

  /** Reconnection token, serializer, then how the state is made. */
  #handshake(payload: Buffer): void {
    if (this.#serializer === undefined) return;
    const at: Iterator = { offset: 1 };
    for (const _ of ["token", "serializer"]) at.offset += 1 + (payload[at.offset] ?? 0);
    const length = decode.number(payload, at);
    this.#serializer.handshake(payload.subarray(0, at.offset + length), at);
  }

  /** Of a state that isn't read, only that it has come. */
  #isWanted(kind: number): boolean {
    if (this.#serializer !== undefined) return true;
    if (kind === Protocol.ROOM_STATE_PATCH) return false;
    return kind !== Protocol.ROOM_STATE || !this.#hasState;
  }

  #take(payload: Buffer): void {
    const at: Iterator = { offset: 1 };
    switch (payload[0]) {
      case Protocol.ROOM_STATE:
        this.#hasState = true;
        this.#serializer?.setState(payload, at);
        for (const listener of this.#onState) listener();
        break;
      case Protocol.ROOM_STATE_PATCH:
        this.#serializer?.patch(payload, at);
        for (const listener of this.#onState) listener();
        break;
      case Protocol.ROOM_DATA:
      case Protocol.ROOM_DATA_BYTES:
        this.#tell(payload, at);
        break;
      case Protocol.ERROR: {
        const code = decode.number(payload, at);
        const message = decode.string(payload, at);
        for (const listener of [...this.#onError]) listener(code, message);
        break;
      }
      case Protocol.LEAVE_ROOM:
        this.#socket.write(LEAVE);
    }
  }

  #tell(payload: Buffer, at: Iterator): void {
    if (!decode.stringCheck(payload, at)) return;
    const listeners = this.#on.get(decode.string(payload, at));
    // Messages of the game's own are nobody's affair here.
    if (listeners === undefined) return;
    const body = payload.subarray(at.offset);
    const isBytes = payload[0] === Protocol.ROOM_DATA_BYTES;
    // What is kept must not share the socket's buffer.
    const message = isBytes ? Uint8Array.from(body) : unpackr.unpack(body);
    for (const listener of listeners) listener(message);
  }

  #close(close: Close): void {
    this.#closed = close;
    for (const listener of this.#onLeave.splice(0)) listener(close.code, close.reason);
  }
}

const heads = new Map<string, Buffer>();

/** A message's head, as Colyseus puts it: its kind, and its name as a short MessagePack string. */
function headOf(name: string): Buffer {
  const known = heads.get(name);
  if (known !== undefined) return known;
  const head = Buffer.concat([
    Buffer.of(Protocol.ROOM_DATA_BYTES, 0xa0 | name.length),
    Buffer.from(name),
  ]);
  heads.set(name, head);
  return head;
}

type Seat = {
  readonly processId: string;
  readonly roomId: string;
  readonly sessionId: string;
  readonly publicAddress?: string;
};

async function reserveSeat(
  { url, name, roomId }: SeatTarget,
  joinOptions: Readonly<Record<string, unknown>>,
  create: boolean,
): Promise<Seat> {
  const method = roomId !== undefined ? "joinById" : create ? "create" : "joinOrCreate";
  const endpoint = new URL(url);
  endpoint.pathname = `${basePath(url)}/matchmake/${method}/${roomId ?? name}`;
  const response = await fetch(endpoint, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(joinOptions),
    signal: AbortSignal.timeout(JOIN_TIMEOUT_MS),
  });
  const answer = (await response.json()) as Partial<Seat> & { code?: number; error?: string };
  if (answer.sessionId !== undefined) return answer as Seat;
  const { error = `HTTP ${response.status}`, code = response.status } = answer;
  throw Object.assign(new Error(error), { code });
}

function seatUrl(url: URL, { processId, roomId, sessionId, publicAddress }: Seat): URL {
  const base = publicAddress === undefined ? url : new URL(`${url.protocol}//${publicAddress}`);
  const seat = new URL(base);
  seat.pathname = `${basePath(base)}/${processId}/${roomId}`;
  seat.search = new URLSearchParams({ sessionId }).toString();
  return seat;
}

const basePath = (url: URL) => url.pathname.replace(/\/$/, "");
