import {
  ClientError,
  type MessageName,
  type RoomConnection,
  ServerError,
} from "@weft/client-sdk/simulation";
import { type JoinOptions, Message } from "@weft/protocol";
import type { Lifetime } from "../core/lifetime.ts";
import type { Link } from "../network/link.ts";

/** The first message of a player's connection, and the answers to it. */
export const JOIN = "join";
export const JOINED = "joined";
export const REFUSED = "refused";
/** The client is there: the answer to `JOINED`. */
export const HERE = "here";

export type JoinRequest = { readonly roomId: string | undefined; readonly weft: JoinOptions };

const CONSENTED = 4000;
const JOIN_WAIT_MS = 3000;
/** Colyseus's number for a room that isn't there. */
const ROOM_UNKNOWN = 522;
/** What a client may lose on its way out, and must number therefore. */
const LOOSE: ReadonlySet<string> = new Set([Message.frame, Message.seal, Message.coSignature]);

type Listeners = {
  readonly messages: Map<string, ((message: unknown) => void)[]>;
  readonly state: (() => void)[];
  readonly leave: ((code: number, reason: string) => void)[];
};

/** A player's connection to a room, as Colyseus's SDK would be; one that breaks is over. */
export class PlayerLink implements RoomConnection {
  readonly roomId: string;
  readonly state = {};
  readonly #link: Link;
  readonly #on: Listeners = { messages: new Map(), state: [], leave: [] };

  /** @param link joined already. */
  constructor(link: Link, life: Lifetime, roomId: string) {
    this.#link = link;
    this.roomId = roomId;
    link.attach("client", {
      onMessage: ({ name, body }) => {
        if (!life.alive) return;
        for (const listener of this.#on.messages.get(name) ?? []) listener(body);
        if (name === Message.welcome) for (const listener of this.#on.state) listener();
      },
      onClosed: (code, reason) => {
        if (life.alive) for (const listener of this.#on.leave) listener(code, reason);
      },
    });
    link.send("client", { name: HERE, body: undefined }, "firm");
  }

  get isOpen(): boolean {
    return this.#link.isOpen("client");
  }

  sendBytes(name: MessageName, bytes: Uint8Array): void {
    const body = Uint8Array.from(bytes);
    this.#link.send("client", { name, body }, LOOSE.has(name) ? "loose" : "firm");
  }

  onMessage(name: MessageName, listener: (message: unknown) => void): void {
    const listeners = this.#on.messages.get(name) ?? [];
    this.#on.messages.set(name, [...listeners, listener]);
  }

  onStateChange(listener: () => void): void {
    this.#on.state.push(listener);
  }

  onDrop(): void {}

  onError(): void {}

  onLeave(listener: (code: number, reason: string) => void): void {
    this.#on.leave.push(listener);
  }

  async leave(): Promise<void> {
    this.#link.close("client", CONSENTED, "left");
  }

  abandon(): void {
    this.#link.break();
  }
}

/** Asks for a place over a new connection. @throws ClientError, ServerError */
export function takePlace(link: Link, life: Lifetime, request: JoinRequest): Promise<PlayerLink> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => {
      cancel();
      reject(error);
    };
    const cancel = life.after(JOIN_WAIT_MS, () => {
      link.break();
      reject(new ClientError("SERVER_UNREACHABLE", "no answer in time"));
    });
    link.attach("client", {
      onMessage: ({ name, body }) => {
        if (!life.alive) return;
        if (name === JOINED) {
          cancel();
          resolve(new PlayerLink(link, life, body as string));
        } else if (name === REFUSED) {
          link.close("client", CONSENTED, "refused");
          fail(refusalOf(body as string));
        }
      },
      onClosed: () => fail(new ClientError("SERVER_UNREACHABLE", "the connection broke")),
    });
    link.send("client", { name: JOIN, body: request }, "firm");
  });
}

function refusalOf(code: string): Error {
  if (code !== "ROOM_CLOSED") return new ServerError(code, code);
  return new ClientError("JOIN_REFUSED", "no such room", { details: { code: ROOM_UNKNOWN } });
}
