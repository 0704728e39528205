import type { Schema } from "@colyseus/schema";
import type { Frame, Hash } from "@weft/protocol";
import type { z } from "zod";
import { copyState } from "./copyState.ts";
import { createChangeDropper } from "./dropChanges.ts";
import { GameError } from "./errors.ts";
import { GameCode, messageOf } from "./gameCode.ts";
import { type RandomState, SeededRandom } from "./random.ts";
import { RunningRound } from "./round.ts";
import { runFrame } from "./runFrame.ts";
import type { FrameOutcome, Game, GameContext, Player } from "./types.ts";

/** A game as a client has last heard of it. */
export type KnownGame<State> = {
  readonly state: State;
  /** Ticks so far, and the room's clock at the newest, in ms since the Unix epoch. */
  readonly tick: number;
  readonly tickMs: number;
  readonly players: readonly Player[];
  /** The open round. */
  readonly round:
    | { readonly id: Hash; readonly cap: number; readonly ticksLeft: number }
    | undefined;
};

/**
 * A game that runs ahead of what its player knows of it. Only actions and ticks run: who joins and leaves is for the
 * server to say. Nothing of it counts: what it makes of `ctx.random`, of fields that are not synchronized and of the
 * others' payouts is made up.
 */
export type PredictedGame<State = Schema> = {
  readonly state: State;
  readonly tick: number;
  /** Draws from `ctx.random` so far: each a decision that the server will make otherwise. */
  readonly guesses: number;
  /** Becomes what is known: all that ran ahead is forgotten. */
  reset(known: KnownGame<State>): void;
  /** Runs a player's action. Never throws: what the game's code throws is the outcome. */
  act(player: Hash, action: Pick<Frame, "action" | "input">): FrameOutcome;
  /** Runs the next tick. @returns whether it went without an exception. */
  advance(): boolean;
};

/**
 * A game for prediction in its players' clients.
 * @throws GameError HOOK_FAILED when the state can't be made.
 */
export function createPredictedGame<State extends Schema, Inputs extends Record<string, z.ZodType>>(
  game: Game<State, Inputs>,
): PredictedGame<State> {
  return new RunningAhead(game);
}

const ROUND_OVER: FrameOutcome = {
  applied: false,
  code: "ROUND_OVER",
  message: "the round is over",
};

const NOBODY: FrameOutcome = {
  applied: false,
  code: "ACTION_FAILED",
  message: "the player isn't in the room",
};

/** Says that these numbers are nobody's: the generator starts here in every tick. */
const MARK = 0x57454654;
const NO_SEED = `0x${"00".repeat(32)}` as const;

class RunningAhead<State extends Schema> implements PredictedGame<State> {
  readonly state: State;
  readonly #game: Game<State>;
  // Code that isn't deterministic is found by the server and in tests; here every frame counts.
  readonly #code = new GameCode(false);
  readonly #random: SeededRandom;
  readonly #context: GameContext<State>;
  readonly #dropChanges: () => void;
  #players: readonly Player[] = [];
  #round: RunningRound | undefined;
  #tick = 0;
  #tickMs = 0;
  #knownTick = 0;
  #knownMs = 0;
  #guesses = 0;

  constructor(game: Game<State>) {
    this.#game = game;
    this.#random = new SeededRandom(NO_SEED, () => void this.#guesses++);
    try {
      this.state = this.#code.run(() => new game.state());
    } catch (cause) {
      throw new GameError("HOOK_FAILED", `state can't be made: ${messageOf(cause)}`, { cause });
    }
    this.#dropChanges = createChangeDropper(this.state);
    this.#context = this.#createContext();
  }

  get tick(): number {
    return this.#tick;
  }

  get guesses(): number {
    return this.#guesses;
  }

  reset({ state, tick, tickMs, players, round }: KnownGame<State>): void {
    const { round: rules, tickRateHz } = this.#game;
    copyState(state, this.state);
    this.#dropChanges();
    this.#players = players;
    this.#tick = this.#knownTick = tick;
    this.#tickMs = this.#knownMs = tickMs;
    this.#random.state = guessesOf(tick);
    this.#round =
      round === undefined || rules === undefined
        ? undefined
        : RunningRound.restore({ ...round, deadlineMs: 0 }, rules, tickRateHz);
  }

  act(id: Hash, { action, input }: Pick<Frame, "action" | "input">): FrameOutcome {
    if (this.#round?.over === true) return ROUND_OVER;
    const player = this.#players.find((one) => one.id === id);
    if (player === undefined) return NOBODY;
    const frame = { seq: 0, action, input };
    return runFrame(this.#game, this.#code, this.#context, player, frame).outcome;
  }

  advance(): boolean {
    const sinceKnown = ++this.#tick - this.#knownTick;
    this.#tickMs = this.#knownMs + Math.round((sinceKnown * 1000) / this.#game.tickRateHz);
    // The same in every attempt at this tick: what is made up doesn't flicker.
    this.#random.state = guessesOf(this.#tick);
    try {
      this.#code.run(() => this.#game.tick?.(this.#context));
      return true;
    } catch {
      // The server says what was wrong with it.
      return false;
    } finally {
      this.#round?.countTick();
      this.#dropChanges();
    }
  }

  #createContext(): GameContext<State> {
    const ahead = this;
    return Object.freeze({
      state: this.state,
      random: this.#random,
      get players() {
        return ahead.#players;
      },
      get nowMs() {
        return ahead.#tickMs;
      },
      get tick() {
        return ahead.#tick;
      },
      get round() {
        return ahead.#round;
      },
      endRound() {
        ahead.#round?.end();
      },
    });
  }
}

function guessesOf(tick: number): RandomState {
  return [MARK, tick | 0, Math.imul(tick, 0x9e3779b1) | 1, ~tick];
}
