import { hash, type KeyObject, sign } from "node:crypto";
import { Protocol } from "@colyseus/core";
import { Client as ColyseusClient, type Room } from "@colyseus/sdk";
import {
  bytesToHex,
  encodeFrame,
  encodeSeal,
  hexToBytes,
  type LaneHead,
  Message,
  sealMessage,
  type Welcome,
} from "@weft/protocol";
import { Packr } from "msgpackr";
import { type Field, MOVE, type Move } from "./game.ts";
import { clientFrame, RawSocket } from "./rawSocket.ts";

const packr = new Packr({ useRecords: false });
const HASH_BYTES = 32;

/** The nth action of every client; what they do is the same, which lets their frames be made once. */
const moveOf = (seq: number): Move => ({ dx: (seq % 3) - 1, dy: ((seq + 1) % 3) - 1 });

/** A message's head, as Colyseus puts it: its kind and its name, as a short MessagePack string. */
const headOf = (kind: number, name: string) =>
  Buffer.concat([Buffer.from([kind, 0xa0 | name.length]), Buffer.from(name)]);
const FRAME_HEAD = headOf(Protocol.ROOM_DATA_BYTES, Message.frame);
const SEAL_HEAD = headOf(Protocol.ROOM_DATA_BYTES, Message.seal);
const WELCOME_HEAD = headOf(Protocol.ROOM_DATA, Message.welcome);

type Prepared = { readonly canonical: Uint8Array; readonly wire: Buffer };
const prepared: Prepared[] = [];

/** A Weft client's nth frame: its canonical bytes, and what goes over the wire. */
function preparedFrame(seq: number): Prepared {
  for (let next = prepared.length + 1; next <= seq; next++) {
    const canonical = encodeFrame({ seq: next, action: MOVE, input: moveOf(next) });
    prepared.push({ canonical, wire: clientFrame(Buffer.concat([FRAME_HEAD, canonical])) });
  }
  return prepared[seq - 1] as Prepared;
}

const plainFrames = [0, 1, 2].map((seq) =>
  clientFrame(Buffer.concat([headOf(Protocol.ROOM_DATA, MOVE), packr.pack(moveOf(seq))])),
);

/** A player's lane: hash-chains what is sent, and seals it about once a second. */
class Lane {
  seq: number;
  /** The newest hash, and behind it room for the next frame: what is hashed next. */
  readonly #link = Buffer.alloc(HASH_BYTES + 256);
  readonly #key: KeyObject;

  constructor(head: LaneHead, key: KeyObject) {
    this.seq = head.seq;
    this.#link.set(hexToBytes(head.hash));
    this.#key = key;
  }

  next(): Prepared {
    const frame = preparedFrame(++this.seq);
    this.#link.set(frame.canonical, HASH_BYTES);
    const link = this.#link.subarray(0, HASH_BYTES + frame.canonical.length);
    this.#link.set(hash("sha256", link, "buffer"));
    return frame;
  }

  seal(): Uint8Array {
    const head = { seq: this.seq, hash: bytesToHex(this.#link.subarray(0, HASH_BYTES)) };
    const key = { key: this.#key, dsaEncoding: "ieee-p1363" as const };
    return encodeSeal({ seq: this.seq, signature: sign("sha256", sealMessage(head), key) });
  }
}

export type Joining = {
  readonly url: string;
  /** Undefined: the room is made. */
  readonly roomId: string | undefined;
  readonly room: string;
  readonly options: object;
  /** Of a session: the client speaks Weft. */
  readonly key: KeyObject | undefined;
  /** Frames between two seals. */
  readonly sealEvery: number;
  /** Where in that the client begins: not all are to seal at the same time. */
  readonly phase: number;
  readonly onLost: (code: number) => void;
};

export interface LoadClient {
  readonly roomId: string;
  /** In both directions; undefined where they aren't counted. */
  readonly bytes: number | undefined;
  act(): void;
}

/** Speaks the protocol on a socket of its own, without looking at what it is told once it is in. */
export class RawClient implements LoadClient {
  readonly roomId: string;
  readonly #socket: RawSocket;
  readonly #joining: Joining;
  #lane: Lane | undefined;
  #seq = 0;

  static async join(joining: Joining): Promise<RawClient> {
    const { url, roomId, room, options } = joining;
    const method = roomId === undefined ? "create" : "joinById";
    const response = await fetch(`${url}/matchmake/${method}/${roomId ?? room}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(options),
    });
    const seat = (await response.json()) as Record<string, string>;
    if (seat.sessionId === undefined) throw new Error(`no seat: ${JSON.stringify(seat)}`);
    const path = `/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}`;
    const client = new RawClient(seat.roomId as string, joining, new RawSocket(new URL(path, url)));
    await client.#joined();
    return client;
  }

  private constructor(roomId: string, joining: Joining, socket: RawSocket) {
    this.roomId = roomId;
    this.#joining = joining;
    this.#socket = socket;
  }

  get bytes(): number {
    return this.#socket.bytes;
  }

  #joined(): Promise<void> {
    const { key, onLost } = this.#joining;
    const socket = this.#socket;
    return new Promise((resolve, reject) => {
      const finish = () => {
        socket.onMessage = undefined;
        socket.onClose = onLost;
        resolve();
      };
      socket.onClose = (code) => reject(new Error(`closed while joining: ${code}`));
      socket.onMessage = (payload) => {
        if (payload[0] === Protocol.JOIN_ROOM) {
          socket.write(clientFrame(Buffer.from([Protocol.JOIN_ROOM])));
          if (key === undefined) finish();
        } else if (key !== undefined && startsWith(payload, WELCOME_HEAD)) {
          const { head } = packr.unpack(payload.subarray(WELCOME_HEAD.length)) as Welcome;
          this.#lane = new Lane(head, key);
          finish();
        }
      };
    });
  }

  act(): void {
    const lane = this.#lane;
    if (lane === undefined) {
      this.#socket.write(plainFrames[++this.#seq % 3] as Buffer);
      return;
    }
    this.#socket.write(lane.next().wire);
    const { sealEvery, phase } = this.#joining;
    if ((lane.seq + phase) % sealEvery !== 0) return;
    this.#socket.write(clientFrame(Buffer.concat([SEAL_HEAD, lane.seal()])));
  }
}

/** A client as the SDK makes it: decodes the state, and measures how long an action takes to show in it. */
export class Probe implements LoadClient {
  readonly bytes = undefined;
  readonly #room: Room;
  readonly #joining: Joining;
  readonly #onLatency: (ms: number) => void;
  #lane: Lane | undefined;
  #seq = 0;
  /** When the actions after `#seen` were sent. */
  #sentAtMs: number[] = [];
  #seen = 0;

  /** @param id What the state has the player under; the seat's id where undefined. */
  static async join(
    joining: Joining,
    id: string | undefined,
    onLatency: (ms: number) => void,
  ): Promise<Probe> {
    const { url, roomId, room: name, options, key, onLost } = joining;
    const sdk = new ColyseusClient(url.replace("http", "ws"));
    const room: Room = await (roomId === undefined
      ? sdk.create(name, options)
      : sdk.joinById(roomId, options));
    room.reconnection.enabled = false;
    const probe = new Probe(room, joining, onLatency);
    if (key !== undefined) {
      // Told before the welcome, or of no interest.
      room.onMessage("*", () => {});
      const welcome = await new Promise<Welcome>((resolve) =>
        room.onMessage(Message.welcome, resolve),
      );
      probe.#lane = new Lane(welcome.head, key);
    }
    const own = id ?? room.sessionId;
    room.onStateChange((state) => {
      const { runners } = state as unknown as Field;
      probe.#look(runners?.get(own)?.moves ?? 0);
    });
    room.onLeave(onLost);
    return probe;
  }

  private constructor(room: Room, joining: Joining, onLatency: (ms: number) => void) {
    this.#room = room;
    this.#joining = joining;
    this.#onLatency = onLatency;
  }

  get roomId(): string {
    return this.#room.roomId;
  }

  #look(moves: number): void {
    const nowMs = performance.now();
    const news = this.#sentAtMs.splice(0, moves - this.#seen);
    this.#seen = moves;
    for (const sentAtMs of news) this.#onLatency(nowMs - sentAtMs);
  }

  act(): void {
    this.#sentAtMs.push(performance.now());
    const lane = this.#lane;
    if (lane === undefined) {
      this.#room.send(MOVE, moveOf(++this.#seq));
      return;
    }
    this.#room.sendBytes(Message.frame, lane.next().canonical);
    const { sealEvery, phase } = this.#joining;
    if ((lane.seq + phase) % sealEvery === 0) this.#room.sendBytes(Message.seal, lane.seal());
  }
}

function startsWith(payload: Buffer, head: Buffer): boolean {
  return (
    payload.length >= head.length && payload.compare(head, 0, head.length, 0, head.length) === 0
  );
}
