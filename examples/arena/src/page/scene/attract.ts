import { createGameInstance, type GameInstance } from "@weft/game";
import type { Hash } from "@weft/protocol";
import { steer } from "../../bots/steer.ts";
import { type ArenaState, createArena, rules } from "../../game/arena.ts";

const PLAYERS = 5;
/** Ticks that are made up for after a pause; the rest is dropped. */
const MAX_CATCH_UP_TICKS = 3;
const STEER_TICKS = 6;
const TICK_MS = 1000 / rules.TICK_RATE_HZ;

const hashOf = (n: number): Hash => `0x${n.toString(16).padStart(64, "0")}`;

/** What is behind the first page: the very game, run right here, with bots in it. */
export class Attract {
  readonly #game: GameInstance<ArenaState>;
  #startedMs: number | undefined;
  #ticks = 0;

  constructor(seed: number) {
    const room = `0x${"0".repeat(40)}` as const;
    const game = createArena({ roundSeconds: 3600 });
    this.#game = createGameInstance(game, { room, seed: hashOf(seed), guards: false });
    for (let lane = 0; lane < PLAYERS; lane++) {
      this.#game.join({ lane, sessionId: hashOf(lane + 1), payout: room });
    }
    const round = { roundId: hashOf(9), cap: 0, deadlineMs: 0, seed: hashOf(seed) };
    this.#game.roundOpen(round);
    for (let tick = 0; tick < 90; tick++) this.#tick();
  }

  get state(): ArenaState {
    return this.#game.state;
  }

  update(nowMs: number): void {
    this.#startedMs ??= nowMs - this.#ticks * TICK_MS;
    const due = Math.floor((nowMs - this.#startedMs) / TICK_MS) - this.#ticks;
    if (due > MAX_CATCH_UP_TICKS) this.#startedMs += (due - MAX_CATCH_UP_TICKS) * TICK_MS;
    for (let tick = 0; tick < Math.min(due, MAX_CATCH_UP_TICKS); tick++) this.#tick();
  }

  #tick(): void {
    if (this.#ticks % STEER_TICKS === 0) {
      for (const { lane, id } of this.#game.players) {
        const { dx, dy, dash } = steer(this.state, id);
        this.#game.frame(lane, { seq: 0, action: "move", input: { dx, dy } });
        if (dash) this.#game.frame(lane, { seq: 0, action: "dash", input: null });
      }
    }
    this.#ticks++;
    this.#game.tick(Math.round(this.#ticks * TICK_MS));
  }
}
