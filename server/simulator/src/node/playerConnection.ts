import { Message } from "@weft/protocol";
import type { Peer, Seat } from "@weft/rooms/simulation";
import type { Lifetime } from "../core/lifetime.ts";
import type { Firmness, Link, LinkMessage } from "../network/link.ts";

/** Transports may leave these out when a client reads slowly; the protocol numbers what is in them. */
const DROPPABLE: ReadonlySet<string> = new Set([Message.finality, Message.refusal]);

/** A client as the server has it: what Colyseus's `Client` is to a room. */
export class PlayerConnection implements Peer {
  readonly link: Link;
  readonly bufferedBytes = 0;
  /** The client has said that it is there. */
  ready = false;
  seat: Seat | undefined;
  readonly #life: Lifetime;
  /** What is sent before the client is there waits for it. */
  #early: LinkMessage[] = [];

  constructor(link: Link, life: Lifetime) {
    this.link = link;
    this.#life = life;
  }

  send(name: string, body: unknown): void {
    if (!this.#life.alive) return;
    const firmness: Firmness = DROPPABLE.has(name) ? "droppable" : "firm";
    if (this.ready) this.link.send("server", { name, body }, firmness);
    else this.#early.push({ name, body });
  }

  /** The client is there. */
  open(): void {
    this.ready = true;
    for (const message of this.#early.splice(0)) this.link.send("server", message, "firm");
  }

  close(code: number, reason: string): void {
    if (this.#life.alive) this.link.close("server", code, reason);
  }
}
