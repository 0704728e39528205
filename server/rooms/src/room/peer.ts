import type { WebSocket as UwsSocket } from "uWebSockets.js";
import { type Client, ClientState } from "@colyseus/core";
import { DropCode } from "../errors.ts";
import { MAX_CLOSING_MS } from "../limits.ts";
import type { Peer } from "./seat.ts";

/** What the transports' clients have inside: that of `ws`, or Colyseus's wrapper around one of uWebSockets.js. */
type Socket =
  | { readonly bufferedAmount: number; pause(): void; terminate(): void }
  | { readonly ws: Pick<UwsSocket<unknown>, "getBufferedAmount"> };

/** A Colyseus client as a room sees it, on either transport. */
export function peerOf(client: Client): Peer {
  return {
    get ready() {
      return client.state === ClientState.JOINED;
    },
    get bufferedBytes() {
      return bufferedBytes(client.ref as unknown as Socket);
    },
    send: (type, message) => client.send(type, message),
    close(code: DropCode, reason) {
      client.leave(code, reason);
      cutOff(client.ref as unknown as Socket, code);
    },
  };
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
