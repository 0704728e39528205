import { MAX_ACTIVE_REQUESTS } from "./limits.ts";

/** Counts what is being worked on at once, over all transports. */
export class ActiveRequests {
  #count = 0;

  /** @returns false when there are too many; `leave` is for those who got in. */
  enter(): boolean {
    if (this.#count >= MAX_ACTIVE_REQUESTS) return false;
    this.#count++;
    return true;
  }

  leave(): void {
    this.#count--;
  }
}
