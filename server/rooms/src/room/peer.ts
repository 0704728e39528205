import type { WebSocket as UwsSocket } from "uWebSockets.js";
import { type Client, ClientState } from "@colyseus/core";
import { Message } from "@weft/protocol";
import { DropCode } from "../errors.ts";
import { MAX_CLOSING_MS } from "../limits.ts";
import { type Numbers, numbersEncoder } from "./encodeNumbers.ts";
import type { Peer } from "./seat.ts";

/** What the transports' clients have inside: that of `ws`, or Colyseus's wrapper around one of uWebSockets.js. */
type Socket =
  | { readonly bufferedAmount: number; pause(): void; terminate(): void }
  | { readonly ws: Pick<UwsSocket<unknown>, "getBufferedAmount"> };

/** Of the messages that nearly every client gets with nearly every patch. Colyseus encodes the others. */
const encoders: ReadonlyMap<string, (numbers: Numbers) => Uint8Array> = new Map(
  [Message.finality, Message.stamp].map((type) => [type, numbersEncoder(type)]),
);

/**
 * A Colyseus client as a room sees it, on either transport. Asked with every patch, so it is a class: objects with getters of
 * their own are each of another shape to the compiler, and asking one of them is a search.
 */
export class ClientPeer implements Peer {
  readonly #client: Client;

  constructor(client: Client) {
    this.#client = client;
  }

  get ready(): boolean {
    return this.#client.state === ClientState.JOINED;
  }

  get bufferedBytes(): number {
    return bufferedBytes(this.#client.ref as unknown as Socket);
  }

  send(type: string, message: unknown): void {
    const encode = encoders.get(type);
    if (encode === undefined) this.#client.send(type, message);
    else this.#client.enqueueRaw(encode(message as Numbers));
  }

  close(code: DropCode, reason: string): void {
    const { ref } = this.#client;
    this.#client.leave(code, reason);
    cutOff(ref as unknown as Socket, code);
  }
}

function bufferedBytes(socket: Socket): number {
  if (!("ws" in socket)) return socket.bufferedAmount;
  try {
    return socket.ws.getBufferedAmount();
  } catch {
    // It throws for a socket that is closed, of which Colyseus hears later.
    return 0;
  }
}

/**
 * `ws` waits for the other end's answer, half a minute long, and keeps what it has for it; from who doesn't read there is none.
 * And it goes on reading, which is just what a flood wants. (uWebSockets.js reads nothing more, and ends connections that
 * don't drain with its idle timeout.)
 */
function cutOff(socket: Socket, code: DropCode): void {
  if ("ws" in socket) return;
  if (code === DropCode.misbehaved) socket.pause();
  setTimeout(() => socket.terminate(), MAX_CLOSING_MS).unref();
}
