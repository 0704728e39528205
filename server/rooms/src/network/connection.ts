/** A connection, on the network thread. */
export abstract class Connection {
  readonly number: number;
  /** Of its messages, bytes that the serving thread hasn't read, or may not have: see `EventWriter`. */
  unreadBytes = 0;
  /** Where among the events those began to be counted. */
  unreadSince = 0;
  readonly #taken: Uint32Array;
  #sent = 0;
  #isPausedByOrder = false;
  #isHeldBack = false;
  #isReleased = false;

  /** @param taken See `NetworkMemory`. */
  constructor(number: number, taken: Uint32Array) {
    this.number = number;
    this.#taken = taken;
    Atomics.store(taken, number, 0);
  }

  /** Sends messages in one write. They are copied: their memory is the serving thread's once this returns. */
  send(messages: readonly Uint8Array[]): void {
    for (const { length } of messages) this.#sent = (this.#sent + length) >>> 0;
    this.write(messages);
    this.noteTaken();
  }

  /** It isn't read while one of two reasons holds: it was ordered, or what it sent must be read first. */
  set isPausedByOrder(value: boolean) {
    this.#isPausedByOrder = value;
    this.#readOrNot();
  }

  set isHeldBack(value: boolean) {
    this.#isHeldBack = value;
    this.#readOrNot();
  }

  /** Begins the closing handshake, with a code unless it is 0. */
  abstract close(code: number, reason: Buffer): void;
  abstract terminate(): void;
  protected abstract write(messages: readonly Uint8Array[]): void;
  protected abstract pause(): void;
  protected abstract resume(): void;
  /** Bytes that its socket hasn't taken. */
  protected abstract get waitingBytes(): number;

  /** Its number may be another's from now on. */
  release(): void {
    this.#isReleased = true;
  }

  /** To be called when the socket may have taken more. */
  protected noteTaken(): void {
    // What was under way when the connection ended may end later.
    if (this.#isReleased) return;
    Atomics.store(this.#taken, this.number, (this.#sent - this.waitingBytes) >>> 0);
  }

  #readOrNot(): void {
    if (this.#isPausedByOrder || this.#isHeldBack) this.pause();
    else this.resume();
  }
}
