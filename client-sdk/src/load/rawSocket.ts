import { randomBytes } from "node:crypto";
import { connect as connectTcp, type Socket } from "node:net";
import { connect as connectTls } from "node:tls";
import { MAX_RAW_MESSAGE_BYTES } from "../limits.ts";

const OPCODE = { binary: 2, close: 8, ping: 9, pong: 10 } as const;
const FINAL = 0x80;
const MASKED = 0x80;
const MASK_BYTES = 4;
/** The longest payloads whose lengths fit into the second byte, and into two bytes after it. */
const MAX_SHORT = 125;
const MAX_MEDIUM = 0xffff;
/** A close frame was expected, and the connection broke. */
const ABNORMAL_CLOSURE = 1006;
const TOO_LARGE = 1009;

/**
 * A frame as a client sends it, ready to be written as often as wanted. The mask is zero, which the protocol allows: frames
 * can then be made once for all clients, and the server unmasks as it always does.
 */
export function clientFrame(payload: Uint8Array, opcode: number = OPCODE.binary): Buffer {
  const { length } = payload;
  if (length > MAX_MEDIUM) throw new Error(`a frame of ${length} bytes`);
  const size = length > MAX_SHORT ? [MASKED | 126, length >> 8, length & 0xff] : [MASKED | length];
  const head = Buffer.from([FINAL | opcode, ...size, ...new Uint8Array(MASK_BYTES)]);
  return Buffer.concat([head, payload]);
}

/** A WebSocket that costs its process as little as can be: it looks at messages only while somebody listens. */
export class RawSocket {
  readonly #socket: Socket;
  /** Gets every message as long as it is there. */
  onMessage: ((payload: Buffer) => void) | undefined;
  /** Which messages those are, by their first byte; without it all. What isn't wanted is skipped as it comes. */
  wants: ((kind: number) => boolean) | undefined;
  onClose: ((code: number) => void) | undefined;
  #closeCode = ABNORMAL_CLOSURE;
  /** The start of a frame whose end has yet to come. */
  #rest: Buffer = Buffer.alloc(0);
  #shaken = false;
  #skip = 0;

  /** @param url http and ws are plain, https and wss go over TLS. */
  constructor(url: URL) {
    const isSecure = url.protocol === "https:" || url.protocol === "wss:";
    // [::1] is what URLs call ::1
    const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
    const port = Number(url.port) || (isSecure ? 443 : 80);
    this.#socket = isSecure
      ? connectTls({ host, port, servername: host })
      : connectTcp({ host, port });
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

  get isOpen(): boolean {
    return this.#shaken && this.#socket.writable;
  }

  get bytesRead(): number {
    return this.#socket.bytesRead;
  }

  get bytesWritten(): number {
    return this.#socket.bytesWritten;
  }

  /** In both directions. */
  get bytes(): number {
    return this.#socket.bytesRead + this.#socket.bytesWritten;
  }

  /** @param frame Made by `clientFrame`. */
  write(frame: Buffer): void {
    this.#socket.write(frame);
  }

  /** Reads nothing more: what comes fills the system's buffers, then the server's. */
  pause(): void {
    this.#socket.pause();
  }

  resume(): void {
    this.#socket.resume();
  }

  /** Bytes that wait to be sent. */
  get unsent(): number {
    return this.#socket.writableLength;
  }

  /** Gone without a word. */
  destroy(): void {
    this.#socket.destroy();
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
      // Whatever else it is, no frames follow.
      if (this.#shaken && !data.toString("latin1", 0, end).startsWith("HTTP/1.1 101")) {
        this.destroy();
        return;
      }
      data = this.#shaken ? data.subarray(end + 4) : data;
    }
    this.#rest = this.#shaken ? this.#frames(data) : data;
    if (this.#rest.length > MAX_RAW_MESSAGE_BYTES) this.#fail(TOO_LARGE);
  }

  /** @returns what is left: the start of a frame */
  #frames(data: Buffer): Buffer {
    let at = 0;
    while (data.length - at >= 2) {
      const length = (data[at + 1] as number) & 0x7f;
      const start = at + (length === 126 ? 4 : length === 127 ? 10 : 2);
      // The payload's first byte says whether it is wanted.
      if (data.length < start + Math.min(length, 1)) break;
      const size =
        length === 126
          ? data.readUInt16BE(at + 2)
          : length === 127
            ? Number(data.readBigUInt64BE(at + 2))
            : length;
      const opcode = (data[at] as number) & 0x0f;
      const isSkipped =
        opcode === OPCODE.binary && !this.#isWanted(size === 0 ? undefined : data[start]);
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

  #isWanted(kind: number | undefined): boolean {
    if (this.onMessage === undefined) return false;
    return this.wants === undefined || (kind !== undefined && this.wants(kind));
  }

  #frame(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.binary) this.onMessage?.(payload);
    else if (opcode === OPCODE.ping) this.write(clientFrame(payload, OPCODE.pong));
    else if (opcode === OPCODE.close) this.#end(payload);
  }

  /** A server waits for its close frame to come back before it lets the connection go. */
  #end(payload: Buffer): void {
    if (payload.length >= 2) this.#closeCode = payload.readUInt16BE(0);
    this.#socket.end(clientFrame(payload, OPCODE.close));
  }

  #fail(code: number): void {
    this.#closeCode = code;
    this.destroy();
  }
}
