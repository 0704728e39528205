import type { Connection } from "./connection.ts";
import { Flag } from "./protocol.ts";
import { type RingMemory, RingWriter } from "./ring.ts";

/**
 * The serving thread is woken up at most so often: each time costs it as much as handling some messages. It looks by itself, too,
 * before it sends patches, so that what shows in them isn't late for it.
 */
const WAKE_MS = 2;
/** What one connection may have among the events that aren't read yet: a flood isn't to keep the others waiting. */
const MAX_UNREAD_BYTES = 16 * 1024;

type Held = {
  readonly kind: number;
  readonly connection: Connection;
  readonly payload: Uint8Array;
};

/** Writes what connections have to say. Where the serving thread is behind, they are read no more until it has caught up. */
export class EventWriter {
  readonly #ring: RingWriter;
  readonly #flags: Int32Array;
  readonly #wake: () => void;
  /** For which there was no room. */
  #held: Held[] = [];
  readonly #paused = new Set<Connection>();
  #isWaking = false;
  #wokeAtMs = 0;

  /** @param wake Tells the serving thread. */
  constructor(memory: RingMemory, flags: Int32Array, wake: () => void) {
    this.#ring = new RingWriter(memory);
    this.#flags = flags;
    this.#wake = wake;
  }

  write(kind: number, connection: Connection, payload: Uint8Array): void {
    this.#count(connection, payload.length);
    const isFull = this.#held.length > 0 || !this.#ring.write(kind, connection.number, payload);
    if (isFull) this.#held.push({ kind, connection, payload });
    if (isFull || connection.unreadBytes > MAX_UNREAD_BYTES) this.#pause(connection);
    this.#wakeSoon();
  }

  /** The serving thread has read, or has orders. */
  goOn(): void {
    if (this.#paused.size === 0) return;
    let written = 0;
    for (const { kind, connection, payload } of this.#held) {
      if (!this.#ring.write(kind, connection.number, payload)) break;
      written++;
    }
    this.#held = this.#held.slice(written);
    if (written > 0) this.#wakeSoon();
    if (this.#held.length === 0) {
      for (const connection of this.#paused)
        if (!this.#isUnread(connection)) this.#resume(connection);
    }
    if (this.#paused.size > 0) this.#waitForReader();
  }

  #pause(connection: Connection): void {
    if (this.#paused.has(connection)) return;
    this.#paused.add(connection);
    connection.isHeldBack = true;
    this.#waitForReader();
  }

  #resume(connection: Connection): void {
    this.#paused.delete(connection);
    connection.isHeldBack = false;
  }

  #waitForReader(): void {
    Atomics.store(this.#flags, Flag.stalled, 1);
    // It may have read all just before, and then wouldn't say so.
    if (
      this.#ring.hasRead(this.#ring.position) &&
      Atomics.exchange(this.#flags, Flag.stalled, 0) === 1
    ) {
      setImmediate(() => this.goOn());
    }
  }

  #count(connection: Connection, bytes: number): void {
    if (!this.#isUnread(connection)) {
      connection.unreadBytes = 0;
      connection.unreadSince = this.#ring.position;
    }
    connection.unreadBytes += bytes;
  }

  /** Whether something may be unread of what was counted. */
  #isUnread({ unreadBytes, unreadSince }: Connection): boolean {
    return unreadBytes > 0 && !this.#ring.hasRead((unreadSince + 1) | 0);
  }

  #wakeSoon(): void {
    if (this.#isWaking) return;
    this.#isWaking = true;
    const restsMs = this.#wokeAtMs + WAKE_MS - performance.now();
    if (restsMs > 0) setTimeout(this.#onWake, restsMs);
    else setImmediate(this.#onWake);
  }

  readonly #onWake = (): void => {
    this.#isWaking = false;
    this.#wokeAtMs = performance.now();
    if (this.#ring.hasRead(this.#ring.position)) return;
    if (Atomics.exchange(this.#flags, Flag.eventsTold, 1) === 0) this.#wake();
  };
}
