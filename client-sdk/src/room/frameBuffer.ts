import { extendLane, type LaneHead } from "@weft/protocol";

export type BufferedFrame = {
  readonly bytes: Uint8Array;
  /** The lane after this frame; `head.seq` is the frame's number. */
  readonly head: LaneHead;
};

/** A lane's frames from the oldest one that isn't sequenced yet. What is sequenced is never sent again. */
export class FrameBuffer {
  /** The lane before the first frame that is kept. */
  #base: LaneHead;
  #frames: BufferedFrame[] = [];

  constructor(start: LaneHead) {
    this.#base = start;
  }

  /** The lane's newest head. */
  get head(): LaneHead {
    return this.#frames.at(-1)?.head ?? this.#base;
  }

  /** Number of the newest frame that is not kept any more. */
  get dropped(): number {
    return this.#base.seq;
  }

  get length(): number {
    return this.#frames.length;
  }

  push(bytes: Uint8Array): LaneHead {
    const head = extendLane(this.head, bytes);
    this.#frames.push({ bytes, head });
    return head;
  }

  frame(seq: number): BufferedFrame | undefined {
    return this.#frames[seq - this.#base.seq - 1];
  }

  /** The lane after frame `seq`; undefined where that isn't known (any more). */
  headAt(seq: number): LaneHead | undefined {
    return seq === this.#base.seq ? this.#base : this.frame(seq)?.head;
  }

  /** Forgets frames up to `seq`. */
  drop(seq: number): void {
    const head = this.headAt(seq);
    if (head === undefined || seq <= this.#base.seq) return;
    this.#frames.splice(0, seq - this.#base.seq);
    this.#base = head;
  }
}
