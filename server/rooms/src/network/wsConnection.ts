import type { Socket } from "node:net";
import type { WebSocket } from "ws";
import { Connection } from "./connection.ts";
import { frameHeadBytes, writeFrame } from "./frames.ts";

const NOTHING = new Uint8Array();

/** Of `ws`. */
export class WsConnection extends Connection {
  readonly #ws: WebSocket;
  /** The one that ws writes to. It has no public name. */
  readonly #socket: Socket;
  /** It is being waited for until the socket has taken all. */
  #isBehind = false;

  constructor(number: number, taken: Uint32Array, ws: WebSocket) {
    super(number, taken);
    this.#ws = ws;
    this.#socket = (ws as unknown as { readonly _socket: Socket })._socket;
  }

  /** The frames that ws would make, one behind the other, in one chunk: ws makes two of each, and writes them by themselves. */
  protected override write(messages: readonly Uint8Array[]): void {
    if (this.#ws.readyState !== this.#ws.OPEN) return;
    let size = 0;
    for (const { length } of messages) size += frameHeadBytes(length) + length;
    // What waits for a slow client isn't to keep alive the bytes of others, in a piece of memory that they share.
    const allocate = this.#isBehind ? Buffer.allocUnsafeSlow : Buffer.allocUnsafe;
    const frames = allocate(size);
    let end = 0;
    for (const message of messages) end = writeFrame(frames, end, message);
    this.#socket.write(frames);
  }

  protected override get waitingBytes(): number {
    return this.#ws.readyState === this.#ws.CLOSED ? 0 : this.#socket.writableLength;
  }

  protected override noteTaken(): void {
    super.noteTaken();
    if (this.#isBehind || this.waitingBytes === 0) return;
    this.#isBehind = true;
    // Nothing, behind what waits: a "drain" comes only after more of it.
    this.#socket.write(NOTHING, () => {
      this.#isBehind = false;
      this.noteTaken();
    });
  }

  protected override pause(): void {
    this.#ws.pause();
  }

  protected override resume(): void {
    this.#ws.resume();
  }

  override close(code: number, reason: Buffer): void {
    try {
      if (code === 0) this.#ws.close();
      else this.#ws.close(code, reason);
    } catch {
      // A code that nobody may send.
      this.#ws.terminate();
    }
  }

  override terminate(): void {
    this.#ws.terminate();
  }
}
