import type { LedgerHeight } from "@weft/protocol";

/** A lane, which is told how far its frames are. */
type Owner = {
  /** One more of its frames, the oldest that wasn't, is on disk, in this block. */
  noteSequenced(height: LedgerHeight): void;
};

/**
 * The frames of all of a room's lanes that aren't on disk yet, in the order of the room's log. Blocks come a hundred times a second,
 * and one has frames of a few lanes only: so each frame is looked at once when it gets to the disk, and no lane is asked. It
 * holds no more than `MAX_UNSEQUENCED_FRAMES` of each lane, which those who add see to.
 */
export class Unsequenced {
  /** Event numbers, ascending, and whose frames they are; those before `#first` are done. */
  #events: number[] = [];
  #owners: Owner[] = [];
  #first = 0;

  /** The room's event number `event` is the next frame of a lane. */
  add(event: number, owner: Owner): void {
    this.#events.push(event);
    this.#owners.push(owner);
  }

  /** The room's events below `events` are on disk, the newest of them in this block. */
  advance(events: number, height: LedgerHeight): void {
    const waiting = this.#events.length;
    while (this.#first < waiting && (this.#events[this.#first] as number) < events) {
      (this.#owners[this.#first] as Owner).noteSequenced(height);
      this.#first++;
    }
    // What is done is cut off when it is half of all, so that no frame is moved more than once, all in all.
    if (this.#first * 2 < waiting) return;
    this.#events = this.#events.slice(this.#first);
    this.#owners = this.#owners.slice(this.#first);
    this.#first = 0;
  }
}
