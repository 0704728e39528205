import { GameError } from "./errors.ts";
import { withGuards } from "./guards.ts";

/** Runs a game's own code, and knows whether it is running. */
export class GameCode {
  readonly #guards: boolean;
  readonly #around: <T>(call: () => T) => T;
  #running = false;

  /** @param around What all of the game's code is run by, if anything. */
  constructor(guards: boolean, around: <T>(call: () => T) => T = (call) => call()) {
    this.#guards = guards;
    this.#around = around;
  }

  /** @throws what `call` throws, or GameError ASYNC_GAME_CODE when it returns a promise. */
  run<T>(call: () => T): T {
    const outer = this.#running;
    this.#running = true;
    try {
      const result = this.#around(this.#guards ? () => withGuards(call) : call);
      assertNoPromise(result);
      return result;
    } finally {
      this.#running = outer;
    }
  }

  /**
   * No replay would repeat what happens to randomness or rounds after the call that it belongs to.
   * @throws GameError ASYNC_GAME_CODE
   */
  assertRunning(what: string): void {
    if (!this.#running) {
      throw new GameError("ASYNC_GAME_CODE", `${what} was used after game code had returned`);
    }
  }
}

function assertNoPromise(result: unknown): void {
  if (typeof result !== "object" || result === null || !("then" in result)) return;
  // Nobody waits for it, so its rejection would end the process.
  Promise.resolve(result).catch(() => {});
  throw new GameError("ASYNC_GAME_CODE", "game code returned a promise: it must run to its end");
}

/** What an exception says, whatever was thrown. */
export function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : `${typeof cause} thrown`;
}
