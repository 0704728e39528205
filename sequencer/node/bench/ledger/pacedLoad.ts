import { isFull, type PlayedRooms } from "../load/playedRooms.ts";
import type { FullBlocks } from "./fullBlocks.ts";

export type PacedLoadOptions = {
  readonly actionsPerSecond: number;
  readonly loginsPerSecond: number;
  readonly rooms: PlayedRooms;
  readonly fullBlocks: FullBlocks;
  readonly verifyLogin: () => Promise<void>;
};

/** Actions that one turn of the loop takes at most: what came while it was held comes in over several. */
const MAX_ACTIONS_A_TURN = 100;
/** Transfers are handed in a few at a time. */
const MAX_TRANSFERS_A_TURN = 4;

/** Brings actions evenly, in each millisecond what is due in it, as many sockets would; and logins, and transfers. */
export class PacedLoad {
  logins = 0;
  readonly #options: PacedLoadOptions;
  #startMs = 0;
  #dueLogins = 0;
  #stopped = false;
  #failed: unknown;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: PacedLoadOptions) {
    this.#options = options;
  }

  get wantedPerSecond(): number {
    return this.#options.actionsPerSecond;
  }

  /** Appended so far. */
  get actions(): number {
    return this.#options.rooms.actions;
  }

  start(): void {
    this.#startMs = performance.now();
    this.#turn();
  }

  /** @throws what went wrong meanwhile */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    if (this.#failed !== undefined) throw this.#failed;
  }

  readonly #turn = (): void => {
    if (this.#stopped) return;
    const { rooms, fullBlocks, actionsPerSecond, loginsPerSecond } = this.#options;
    const seconds = (performance.now() - this.#startMs) / 1000;
    const due = Math.floor(seconds * actionsPerSecond);
    const atMost = Math.min(due, rooms.actions + MAX_ACTIONS_A_TURN);
    let isHeld = false;
    try {
      while (rooms.actions < atMost && !isHeld) isHeld = !rooms.next();
    } catch (error) {
      if (!isFull(error)) {
        this.#failed = error;
        return;
      }
    }
    for (let i = 0; i < MAX_TRANSFERS_A_TURN; i++) this.#watch(fullBlocks.submitNext());
    if (this.#dueLogins < Math.floor(seconds * loginsPerSecond)) this.#logIn();
    if (rooms.actions < due && !isHeld) setImmediate(this.#turn);
    else this.#timer = setTimeout(this.#turn, 1);
  };

  #logIn(): void {
    this.#dueLogins++;
    const verified = this.#options.verifyLogin().then(() => {
      this.logins++;
    });
    this.#watch(verified);
  }

  /** What is under way when the load stops may fail: the node stops, too. */
  #watch(work: Promise<void>): void {
    work.catch((error: unknown) => {
      if (!this.#stopped) this.#failed ??= error;
    });
  }
}
