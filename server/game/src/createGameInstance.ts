import type { Schema } from "@colyseus/schema";
import {
  type Address,
  bytesToHex,
  encodeValue,
  type Frame,
  type Hash,
  type LeaveReason,
  type Mint,
  sha256,
} from "@weft/protocol";
import type { z } from "zod";
import { checkReport } from "./checkReport.ts";
import { createChangeDropper } from "./dropChanges.ts";
import { GameError } from "./errors.ts";
import { GameCode, messageOf } from "./gameCode.ts";
import {
  decodeGameSnapshot,
  encodeGameSnapshot,
  type GameSnapshot,
  restoreState,
} from "./gameSnapshot.ts";
import { guardsByDefault } from "./guards.ts";
import { MAX_LOGGED_ERRORS } from "./limits.ts";
import { SeededRandom } from "./random.ts";
import { type RoundOpening, RunningRound } from "./round.ts";
import { runFrame } from "./runFrame.ts";
import { stateToSnapshot } from "./stateToSnapshot.ts";
import { stateToValue } from "./stateToValue.ts";
import type {
  FrameOutcome,
  Game,
  GameContext,
  GameHooks,
  GameInstance,
  GameInstanceOptions,
  GameReport,
  Player,
  Round,
} from "./types.ts";

/**
 * Starts a game in a room. A Colyseus room that sends the instance's `state` to clients attaches it before
 * the first tick.
 * @throws GameError HOOK_FAILED when the state can't be made.
 */
export function createGameInstance<State extends Schema, Inputs extends Record<string, z.ZodType>>(
  game: Game<State, Inputs>,
  options: GameInstanceOptions,
): GameInstance<State> {
  return new RunningGame(game, options);
}

/**
 * A game that goes on where `GameInstance.snapshot` was taken of it. That the snapshot is right, and the program the
 * same as then, shows in its `stateHash`, which must be what the ledger has.
 * @throws GameError SNAPSHOT_INVALID; HOOK_FAILED when the state can't be made.
 */
export function restoreGameInstance<State extends Schema, Inputs extends Record<string, z.ZodType>>(
  game: Game<State, Inputs>,
  options: GameInstanceOptions,
  snapshot: Uint8Array,
): GameInstance<State> {
  return new RunningGame(game, options, decodeGameSnapshot(snapshot));
}

const NO_REPORT: GameReport = { results: null, mints: [] };

const ROUND_OVER: FrameOutcome = {
  applied: false,
  code: "ROUND_OVER",
  message: "the round is over, and its report is being made",
};

class RunningGame<State extends Schema> implements GameInstance<State> {
  readonly state: State;
  readonly #game: Game<State>;
  readonly #room: Address;
  readonly #guards: boolean;
  readonly #onError: (error: GameError) => void;
  readonly #code: GameCode;
  readonly #random: SeededRandom;
  readonly #context: GameContext<State>;
  readonly #dropChanges: () => void;
  /** By lane, in the order in which they joined. */
  readonly #players = new Map<number, Player>();
  #playerList: readonly Player[] = Object.freeze([]);
  #round: RunningRound | undefined;
  #tick = 0;
  #nowMs = 0;

  constructor(game: Game<State>, options: GameInstanceOptions, saved?: GameSnapshot) {
    this.#game = game;
    this.#room = options.room;
    // Code in development always has them, so that its replays can have them, too.
    this.#guards = options.guards ?? (game.code !== undefined || guardsByDefault());
    this.#onError = options.onError ?? logFirstErrors();
    this.#code = new GameCode(this.#guards, options.around);
    this.#random = new SeededRandom(options.seed, (what) => this.#code.assertRunning(what));
    this.state = this.#createState();
    this.#dropChanges = createChangeDropper(this.state);
    this.#context = this.#createContext();
    if (saved === undefined) this.#hook("onCreate", (hooks, ctx) => hooks.onCreate?.(ctx));
    else this.#restore(saved);
  }

  #restore({ tick, nowMs, random, round, players, state }: GameSnapshot): void {
    const { round: rules, tickRateHz } = this.#game;
    this.#code.run(() => restoreState(state, this.state));
    this.#random.state = random;
    this.#tick = tick;
    this.#nowMs = nowMs;
    for (const player of players) this.#players.set(player.lane, Object.freeze({ ...player }));
    this.#playerList = Object.freeze([...this.#players.values()]);
    if (round !== null && rules !== undefined) {
      this.#round = RunningRound.restore(round, rules, tickRateHz);
    }
  }

  get players(): readonly Player[] {
    return this.#playerList;
  }

  get round(): Round | undefined {
    return this.#round;
  }

  get nowMs(): number {
    return this.#nowMs;
  }

  get ticks(): number {
    return this.#tick;
  }

  get roundOver(): boolean {
    return this.#round?.over ?? false;
  }

  join({ lane, sessionId, payout }: { lane: number; sessionId: Hash; payout: Address }): void {
    if (this.#players.size >= this.#game.maxPlayers) {
      throw new GameError("ROOM_FULL", `the room takes ${this.#game.maxPlayers} players`);
    }
    const present = this.#playerList.some((player) => player.id === sessionId);
    if (present || this.#players.has(lane) || !Number.isSafeInteger(lane) || lane < 0) {
      const message = `lane ${lane} or its session is in the room already`;
      throw new GameError("PLAYER_INVALID", message, { details: { lane, sessionId } });
    }
    const player: Player = Object.freeze({ id: sessionId, lane, payout });
    this.#players.set(lane, player);
    this.#playerList = Object.freeze([...this.#players.values()]);
    this.#hook("onJoin", (hooks, ctx) => hooks.onJoin?.(ctx, player), player);
  }

  leave(lane: number, reason: LeaveReason): void {
    const player = this.#playerOn(lane);
    this.#players.delete(lane);
    this.#playerList = Object.freeze([...this.#players.values()]);
    this.#hook("onLeave", (hooks, ctx) => hooks.onLeave?.(ctx, player, reason), player);
  }

  frame(lane: number, frame: Frame): FrameOutcome {
    const player = this.#playerOn(lane);
    // Between a round's last tick and its report only seals may still come: an action that nobody has
    // signed for yet would else decide over prizes.
    if (this.roundOver) return ROUND_OVER;
    const { outcome, error } = runFrame(this.#game, this.#code, this.#context, player, frame);
    if (error !== undefined) this.#tellError(error);
    return outcome;
  }

  tick(nowMs: number): void {
    if (!Number.isSafeInteger(nowMs) || nowMs < this.#nowMs) {
      throw new GameError("TICK_INVALID", `the clock can't go from ${this.#nowMs} to ${nowMs}`);
    }
    this.#tick++;
    this.#nowMs = nowMs;
    this.#hook("tick", (hooks, ctx) => hooks.tick?.(ctx));
    // After the game's own tick, so that a round of n ticks has n of them that see it running.
    this.#round?.countTick();
    this.#dropChanges();
  }

  roundOpen(opening: RoundOpening): void {
    const rules = this.#game.round;
    if (rules === undefined) throw new GameError("ROUND_INVALID", "this game has no rounds");
    if (this.#round !== undefined) throw new GameError("ROUND_INVALID", "a round is open");
    this.#round = new RunningRound(opening, rules, this.#game.tickRateHz);
    // The round's seed comes after its registration, so that nobody could choose it.
    this.#random.reseed(opening.seed);
    this.#hook("onRoundOpen", (hooks, ctx) => hooks.onRoundOpen?.(ctx));
  }

  report(): { results: Uint8Array; mints: Mint[] } {
    const { cap } = this.#openRound();
    const report = this.#askReport();
    return checkReport(report, { cap, items: this.#game.round?.items, players: this.#players });
  }

  roundClose(): void {
    this.#openRound();
    this.#round = undefined;
  }

  stateHash(): Hash {
    const everything = encodeValue({
      tick: this.#tick,
      nowMs: this.#nowMs,
      random: this.#random.state,
      round: this.#round?.toValue() ?? null,
      players: this.#playerList.map(({ lane, id, payout }) => ({ lane, id, payout })),
      state: stateToValue(this.state),
    });
    return bytesToHex(sha256(everything));
  }

  snapshot(): Uint8Array {
    return encodeGameSnapshot({
      tick: this.#tick,
      nowMs: this.#nowMs,
      random: this.#random.state,
      round: this.#round?.toValue() ?? null,
      players: this.#playerList,
      state: stateToSnapshot(this.state),
    });
  }

  #createState(): State {
    try {
      return this.#code.run(() => new this.#game.state());
    } catch (cause) {
      throw new GameError("HOOK_FAILED", `state can't be made: ${messageOf(cause)}`, { cause });
    }
  }

  /** One object for all calls, which shows the instance as it is; frozen, so no game replaces parts. */
  #createContext(): GameContext<State> {
    const instance = this;
    return Object.freeze({
      state: this.state,
      random: this.#random,
      get players() {
        return instance.#playerList;
      },
      get nowMs() {
        return instance.#nowMs;
      },
      get tick() {
        return instance.#tick;
      },
      get round() {
        return instance.#round;
      },
      endRound() {
        instance.#code.assertRunning("ctx.endRound");
        instance.#openRound().end();
      },
    });
  }

  /**
   * Asking leaves no trace: a round whose report is refused is voided, and a replay that only sees the
   * void never asks.
   */
  #askReport(): GameReport {
    const before = this.#guards ? this.stateHash() : undefined;
    const randomBefore = this.#random.state;
    try {
      const report = this.#code.run(() => this.#game.report?.(this.#context) ?? NO_REPORT);
      if (before !== undefined && this.stateHash() !== before) {
        throw new GameError("REPORT_CHANGED_STATE", "report must change nothing: do it in tick");
      }
      return report;
    } catch (cause) {
      if (cause instanceof GameError && cause.code === "REPORT_CHANGED_STATE") throw cause;
      throw new GameError("REPORT_FAILED", `report failed: ${messageOf(cause)}`, { cause });
    } finally {
      this.#random.state = randomBefore;
    }
  }

  #openRound(): RunningRound {
    if (this.#round === undefined) throw new GameError("ROUND_INVALID", "no round is open");
    return this.#round;
  }

  #playerOn(lane: number): Player {
    const player = this.#players.get(lane);
    if (player !== undefined) return player;
    const message = `lane ${lane} isn't in the room`;
    throw new GameError("PLAYER_INVALID", message, { details: { lane } });
  }

  #hook(
    name: keyof GameHooks<State>,
    call: (hooks: GameHooks<State>, ctx: GameContext<State>) => void,
    player?: Player,
  ): void {
    try {
      this.#code.run(() => call(this.#game, this.#context));
    } catch (cause) {
      const message = `${name} failed: ${messageOf(cause)}`;
      const details = { room: this.#room, hook: name, lane: player?.lane, player: player?.id };
      this.#tellError(new GameError("HOOK_FAILED", message, { cause, details }));
    }
  }

  #tellError(error: GameError): void {
    try {
      this.#onError(error);
    } catch (cause) {
      // Whoever listens must not make this run differ from the others.
      console.error("onError failed", cause);
    }
  }
}

function logFirstErrors(): (error: GameError) => void {
  let logged = 0;
  return (error) => {
    if (logged++ < MAX_LOGGED_ERRORS) console.error(error);
  };
}
