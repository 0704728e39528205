import { randomBytes } from "node:crypto";
import { createConnection, type Socket } from "node:net";

const OPCODE = { binary: 2, close: 8, ping: 9, pong: 10 } as const;
const FINAL = 0x80;
const MASKED = 0x80;
const MASK = 4;
/** The longest payload whose length fits into the second byte. */
const MAX_SHORT = 125;

/**
 * A frame as a client sends it, ready to be written as often as wanted. The mask is zero, which the protocol allows: frames
 * can then be made once for all clients, and the server unmasks as it always does.
 */
export function clientFrame(payload: Uint8Array, opcode: number = OPCODE.binary): Buffer {
  if (payload.length > MAX_SHORT) throw new Error(`a frame of ${payload.length} bytes`);
  const head = Buffer.from([FINAL | opcode, MASKED | payload.length, ...new Uint8Array(MASK)]);
  return Buffer.concat([head, payload]);
}

/** A WebSocket that costs its process as little as can be: it looks at messages only while somebody listens. */
export class RawSocket {
  readonly #socket: Socket;
  /** Gets every message as long as it is there. */
  onMessage: ((payload: Buffer) => void) | undefined;
  onClose: ((code: number) => void) | undefined;
  #closeCode = 1006;
  /** The start of a frame whose end has yet to come. */
  #rest: Buffer = Buffer.alloc(0);
  #shaken = false;
  #skip = 0;

  constructor(url: URL) {
    this.#socket = createConnection(Number(url.port), url.hostname);
    this.#socket.setNoDelay(true);
    this.#socket.on("data", (chunk) => this.#take(chunk));
    this.#socket.on("error", () => {});
    this.#socket.on("close", () => this.onClose?.(this.#closeCode));
    const key = randomBytes(16).toString("base64");
    this.#socket.write(
      `GET ${url.pathname}${url.search} HTTP/1.1\r\nHost: ${url.host}\r\nUpgrade: websocket\r\n` +
        `Connection: Upgrade\r\nSec-WebSocket-Key: ${key}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );
  }

  /** In both directions. */
  get bytes(): number {
    return this.#socket.bytesRead + this.#socket.bytesWritten;
  }

  /** @param frame Made by `clientFrame`. */
  write(frame: Buffer): void {
    this.#socket.write(frame);
  }

  #take(chunk: Buffer): void {
    // Most of what comes is the rest of a patch that nobody looks at.
    if (this.#skip >= chunk.length) {
      this.#skip -= chunk.length;
      return;
    }
    let data = this.#skip === 0 ? chunk : chunk.subarray(this.#skip);
    this.#skip = 0;
    if (this.#rest.length > 0) data = Buffer.concat([this.#rest, data]);
    if (!this.#shaken) {
      const end = data.indexOf("\r\n\r\n");
      this.#shaken = end >= 0;
      data = this.#shaken ? data.subarray(end + 4) : data;
    }
    this.#rest = this.#shaken ? this.#frames(data) : data;
  }

  /** @returns what is left: the start of a frame */
  #frames(data: Buffer): Buffer {
    let at = 0;
    while (data.length - at >= 2) {
      const length = (data[at + 1] as number) & 0x7f;
      const start = at + (length === 126 ? 4 : length === 127 ? 10 : 2);
      if (data.length < start) break;
      const size =
        length === 126
          ? data.readUInt16BE(at + 2)
          : length === 127
            ? Number(data.readBigUInt64BE(at + 2))
            : length;
      const opcode = (data[at] as number) & 0x0f;
      const isSkipped = opcode === OPCODE.binary && this.onMessage === undefined;
      const end = start + size;
      if (data.length < end) {
        if (!isSkipped) break;
        this.#skip = end - data.length;
        return Buffer.alloc(0);
      }
      if (!isSkipped) this.#frame(opcode, data.subarray(start, end));
      at = end;
    }
    return data.subarray(at);
  }

  #frame(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.binary) this.onMessage?.(payload);
    else if (opcode === OPCODE.ping) this.write(clientFrame(payload, OPCODE.pong));
    else if (opcode === OPCODE.close && payload.length >= 2)
      this.#closeCode = payload.readUInt16BE(0);
  }
}
