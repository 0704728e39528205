import { AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import type { Logger } from "@weft/node";
import type { Address } from "@weft/protocol";
import { errorPlace } from "../development/errorPlace.ts";
import { codeOf } from "../errors.ts";
import { GAME_ERROR_PAUSE_MS, MAX_GAME_ERRORS } from "../limits.ts";

export type GameErrorsOptions = {
  readonly logger: Logger;
  readonly game: string;
  readonly roomId: string;
  readonly room: Address;
  /** Events in the room's log, the one that failed included. */
  readonly events: () => number;
  readonly nowMs: () => number;
};

/** Which room's game code runs, or has begun what goes on later. */
const running = new AsyncLocalStorage<GameErrors>();

/** Where no room is made: what else whoever makes one remembers of its caller isn't kept for as long as the room is. */
const outside = new AsyncResource("WeftServer");

/**
 * Tells whoever writes a game what goes wrong in it: where (`at`: file, line, column), in which action or hook, by which player, at which event of the
 * room's log. The same error over and over, as of a tick, is told once a second, with how often it came (`times`).
 */
export class GameErrors {
  readonly #options: GameErrorsOptions;
  /** The context in which `running` is this. To enter one that is there takes a tenth of what `running.run` takes. */
  readonly #inside: AsyncResource;
  /** By code, place and message. */
  readonly #told = new Map<string, { sinceMs: number; untold: number }>();

  constructor(options: GameErrorsOptions) {
    this.#options = options;
    const create = () => new AsyncResource("WeftGame");
    this.#inside = outside.runInAsyncScope(() => running.run(this, create));
    catchRejections();
  }

  /** Runs game code. Promises that it makes and forgets are told of here when they reject. */
  run<T>(call: () => T): T {
    return this.#inside.runInAsyncScope(call);
  }

  readonly tell = (error: unknown): void => {
    const { logger, game, roomId, room, events, nowMs } = this.#options;
    const { message, details = {} } = error as { message?: string; details?: object };
    const code = codeOf(error);
    const at = errorPlace(error);
    const times = this.#timesToTell(`${code} ${at} ${at === undefined ? message : ""}`, nowMs());
    if (times === 0) return;
    const event = events() - 1;
    const what = { ...details, message, game, roomId, room, event };
    logger.warn("game code failed", { code, at, ...what, ...(times > 1 ? { times } : {}) });
  };

  /** How often an error came since it was told last; 0 when it isn't to be told yet. */
  #timesToTell(key: string, nowMs: number): number {
    const told = this.#told.get(key);
    if (told !== undefined && nowMs - told.sinceMs < GAME_ERROR_PAUSE_MS) {
      told.untold++;
      return 0;
    }
    if (told === undefined && this.#told.size >= MAX_GAME_ERRORS) this.#told.clear();
    this.#told.set(key, { sinceMs: nowMs, untold: 0 });
    return 1 + (told?.untold ?? 0);
  }
}

let isCatching = false;

/**
 * A promise that game code made, and that nobody waits for, would end the process when it rejects. Others still do, unless somebody else listens for
 * them.
 */
function catchRejections(): void {
  if (isCatching) return;
  isCatching = true;
  process.on("unhandledRejection", (reason) => {
    const errors = running.getStore();
    if (errors !== undefined) errors.tell(reason);
    else if (process.listenerCount("unhandledRejection") === 1) throw reason;
  });
}
