import {
  encodeFrame,
  type FinalityMessage,
  finalityOf,
  Message,
  type Refusal,
} from "@weft/protocol";
import type { RawPlayer, RawRoom } from "../rawPlayer.ts";

/** Between two seals. */
const SEAL_EVERY = 20;
const RESEND_MS = 250;

export type Latencies = {
  /** From an action to the patch that shows it, in ms. */
  readonly patchMs: number[];
  /** From an action to the word that it is on disk, in ms. */
  readonly finalityMs: number[];
};

const frameOf = (seq: number) => encodeFrame({ seq, action: "move", input: { by: 1 } });

/** Plays by the rules at a steady rate, and measures how long the server takes. */
export class SteadyPlayer {
  readonly room: RawRoom;
  /** When the actions were sent; the first is number 1. */
  readonly #sentAtMs: number[] = [];
  #shown = 0;
  #sequenced = 0;
  #sealed = 0;
  /** The frame to send again from, once the pause after a refusal is over. */
  #expected = 1;
  #resending: NodeJS.Timeout | undefined;
  #latencies: Latencies = { patchMs: [], finalityMs: [] };

  static async join(player: RawPlayer, roomId?: string): Promise<SteadyPlayer> {
    return new SteadyPlayer(await player.join(roomId));
  }

  private constructor(room: RawRoom) {
    this.room = room;
    // Who loses the connection here has lost the place.
    room.room.reconnection.enabled = false;
    room.room.onStateChange((state) => {
      const { moves } = state as { moves?: Map<string, number> };
      this.#shown = this.#note("patchMs", this.#shown, moves?.get(room.player.sessionId) ?? 0);
    });
    room.room.onMessage(Message.finality, (finality: FinalityMessage) => {
      const { sequenced, sealed } = finalityOf(finality);
      this.#sealed = sealed;
      this.#sequenced = this.#note("finalityMs", this.#sequenced, sequenced);
    });
    room.room.onMessage(Message.refusal, ({ expected }: Refusal) => this.#sendAgain(expected));
  }

  /**
   * As a client does: what wasn't taken comes again after a pause, from the frame on that the server waits for, and under a
   * seal. Nothing new meanwhile.
   */
  #sendAgain(expected: number | undefined): void {
    this.#expected = expected ?? this.#expected;
    this.#resending ??= setTimeout(() => {
      this.#resending = undefined;
      for (let seq = this.#expected; seq <= this.sent; seq++) this.room.sendFrame(frameOf(seq));
      this.room.seal();
    }, RESEND_MS);
  }

  #note(what: keyof Latencies, before: number, now: number): number {
    const nowMs = performance.now();
    for (const sentAtMs of this.#sentAtMs.slice(before, now)) {
      this.#latencies[what].push(nowMs - sentAtMs);
    }
    return Math.max(before, now);
  }

  get sent(): number {
    return this.#sentAtMs.length;
  }

  /** Actions that were said to be on disk. */
  get sequenced(): number {
    return this.#sequenced;
  }

  /** The code that the connection was closed with; undefined while it is open. */
  get closeCode(): number | undefined {
    return this.room.received.find((one) => one.type === "left")?.body;
  }

  /** Codes of all that was refused so far. */
  get refusals(): readonly string[] {
    return this.room.received.flatMap((one) => (one.type === "refusal" ? [one.body.code] : []));
  }

  /** All that was done shows, is on disk, and under a seal: nothing is due any more. */
  get isSettled(): boolean {
    return [this.#shown, this.#sequenced, this.#sealed].every((done) => done >= this.sent);
  }

  act(): void {
    if (this.#resending !== undefined) return;
    this.#sentAtMs.push(performance.now());
    const seq = this.room.act("move", { by: 1 });
    if (seq % SEAL_EVERY === 0) this.room.seal();
  }

  takeLatencies(): Latencies {
    const taken = this.#latencies;
    this.#latencies = { patchMs: [], finalityMs: [] };
    return taken;
  }
}
