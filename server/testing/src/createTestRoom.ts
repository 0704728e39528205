import type { Schema } from "@colyseus/schema";
import {
  createGameInstance,
  type FrameOutcome,
  type Game,
  type GameError,
  type GameInstance,
  gameHash,
  type Random,
  type Round,
  restoreGameInstance,
  SeededRandom,
} from "@weft/game";
import {
  type Address,
  bytesToHex,
  decodeFrame,
  decodeValue,
  encodeFrame,
  type Hash,
  type LeaveReason,
  type Value,
} from "@weft/protocol";
import { createTestPlayer } from "./createTestPlayer.ts";
import { TestingError } from "./errors.ts";
import { MAX_TICKS } from "./limits.ts";
import type { RecordedRound, RecordedStep, StepEvent } from "./recording/recordedRound.ts";
import { recordRound } from "./recording/recordRound.ts";
import type { Inputs, TestBot, TestPlayer, TestReport, TestRoom } from "./types.ts";

export type TestRoomOptions = {
  /** Of the game's randomness and the bots'. Default 1. */
  readonly seed?: number;
  /** Players who join at once. Default 0. */
  readonly players?: number;
  /** Told of what goes wrong in game code; without it, that is thrown at the test. */
  readonly onGameError?: (error: GameError) => void;
};

const ROOM: Address = `0x${"aa".repeat(20)}`;
/** 2026-01-01 in UTC, so that tests don't depend on the clock. */
const START_MS = 1_767_225_600_000;

/** 32 bytes that end in a number. */
const hashOf = (kind: string, n: number): Hash => `0x${kind}${n.toString(16).padStart(62, "0")}`;
const payoutOf = (n: number): Address => `0x${(n + 1).toString(16).padStart(40, "0")}`;

/**
 * Runs a game for a test, with its guards against what no replay could repeat.
 * @throws GameError HOOK_FAILED when the game's `state` or `onCreate` throws
 * @example
 * const room = createTestRoom(arena, { players: 2 });
 * const [ada] = room.players;
 * ada?.act.move({ dx: 1, dy: 0 });
 * room.tick(3);
 */
export function createTestRoom<State extends Schema, In extends Inputs>(
  game: Game<State, In>,
  options: TestRoomOptions = {},
): TestRoom<State, In> {
  const room = new SimulatedRoom(game, options);
  for (let count = 0; count < (options.players ?? 0); count++) room.join();
  return room;
}

class SimulatedRoom<State extends Schema, In extends Inputs> implements TestRoom<State, In> {
  readonly game: Game<State, In>;
  readonly #seed: Hash;
  readonly #botRandom: Random;
  readonly #onGameError: ((error: GameError) => void) | undefined;
  readonly #gameErrors: GameError[] = [];
  readonly #events: StepEvent[] = [];
  readonly #players = new Map<number, TestPlayer<State, In>>();
  #instance: GameInstance<State>;
  #thrown = 0;
  #lanes = 0;
  #rounds = 0;
  #ticks = 0;

  constructor(game: Game<State, In>, { seed = 1, onGameError }: TestRoomOptions) {
    this.game = game;
    this.#seed = hashOf("5e", seed);
    this.#botRandom = new SeededRandom(hashOf("b0", seed));
    this.#onGameError = onGameError;
    this.#instance = createGameInstance(game, this.#instanceOptions());
    this.#throwGameErrors();
  }

  get state(): State {
    return this.#instance.state;
  }

  get players(): readonly TestPlayer<State, In>[] {
    return [...this.#players.values()];
  }

  get round(): Round | undefined {
    return this.#instance.round;
  }

  get nowMs(): number {
    return this.#instance.nowMs;
  }

  get gameErrors(): readonly GameError[] {
    return this.#gameErrors;
  }

  join({ payout }: { readonly payout?: Address } = {}): TestPlayer<State, In> {
    const lane = this.#lanes;
    const joining = { lane, sessionId: hashOf("1d", lane), payout: payout ?? payoutOf(lane) };
    this.#instance.join(joining);
    this.#lanes++;
    const { sessionId: id, payout: to } = joining;
    const player = createTestPlayer(
      this.game,
      { id, lane, payout: to },
      {
        act: (seq, action, input) => this.#frame(lane, seq, action, input),
        leave: (reason) => this.#leave(lane, reason),
        lastError: () => this.#gameErrors.at(-1),
      },
    );
    this.#players.set(lane, player);
    this.#log({ type: "join", ...joining });
    return player;
  }

  tick(count = 1): void {
    for (let done = 0; done < count; done++) {
      const nowMs = START_MS + Math.round((++this.#ticks * 1000) / this.game.tickRateHz);
      this.#instance.tick(nowMs);
      this.#log({ type: "tick", nowMs });
    }
  }

  tickUntil(isSo: () => boolean, { maxTicks = MAX_TICKS } = {}): number {
    let ticks = 0;
    for (; !isSo(); ticks++) {
      if (ticks >= maxTicks) {
        const message = `it didn't come within ${maxTicks} ticks`;
        throw new TestingError("TICKS_EXHAUSTED", message, { details: { ticks } });
      }
      this.tick();
    }
    return ticks;
  }

  play(bot: TestBot<State, In>, { ticks = Infinity }: { readonly ticks?: number } = {}): void {
    const isOver = () => ticks === Infinity && (this.round === undefined || this.round.over);
    for (let done = 0; done < Math.min(ticks, MAX_TICKS) && !isOver(); done++) {
      for (const player of this.players) if (player.inRoom) bot(player, this, this.#botRandom);
      this.tick();
    }
  }

  openRound(options: { readonly cap?: number; readonly seed?: number } = {}): void {
    const { cap = this.game.round?.maxMints ?? 0, seed = this.#rounds } = options;
    const opening = {
      roundId: hashOf("40", this.#rounds),
      cap,
      deadlineMs: START_MS + 24 * 60 * 60 * 1000,
      seed: hashOf("5f", seed),
    };
    this.#instance.roundOpen(opening);
    this.#rounds++;
    this.#log({ type: "roundOpen", ...opening });
  }

  finishRound(): TestReport<State, In> {
    this.tickUntil(() => this.#instance.roundOver || this.round === undefined);
    const roundId = this.round?.id;
    const { results, mints } = this.#instance.report();
    this.#instance.roundClose();
    if (roundId !== undefined) {
      this.#log({ type: "report", roundId, results: bytesToHex(results), mints });
    }
    return this.#describeReport({ results, mints });
  }

  report(): TestReport<State, In> {
    return this.#describeReport(this.#instance.report());
  }

  voidRound(): void {
    const roundId = this.round?.id;
    this.#instance.roundClose();
    if (roundId !== undefined) this.#log({ type: "roundVoid", roundId, code: "TEST" });
  }

  restart(): void {
    const before = this.#instance.stateHash();
    this.#instance = restoreGameInstance(
      this.game,
      this.#instanceOptions(),
      this.#instance.snapshot(),
    );
    if (this.#instance.stateHash() === before) return;
    throw new TestingError("DIVERGED", "what was saved of the game is not what comes back");
  }

  stateHash(): Hash {
    return this.#instance.stateHash();
  }

  recording(): RecordedRound {
    const { name } = this.game;
    const game = { name, hash: gameHash(this.game as unknown as Game) };
    const steps: RecordedStep[] = this.#events.map((event, index) => ({ index, event }));
    const last = steps.at(-1);
    if (last !== undefined) steps[steps.length - 1] = { ...last, stateHash: this.stateHash() };
    const origin = { format: "weft-round-1" as const, room: ROOM, seed: this.#seed };
    try {
      return recordRound(this.game, { ...origin, game, roundId: null, steps });
    } catch (cause) {
      throw new TestingError(
        "STATE_CHANGED_OUTSIDE",
        "the events alone don't lead to this state: the test changed it, or the game depends on something outside it",
        { cause },
      );
    }
  }

  #instanceOptions() {
    const onError = (error: GameError) => {
      this.#gameErrors.push(error);
      this.#onGameError?.(error);
    };
    return { room: ROOM, seed: this.#seed, guards: true, onError };
  }

  #frame(lane: number, seq: number, action: string, input: Value): FrameOutcome {
    const frame = encodeFrame({ seq, action, input });
    // What the game gets is what has been on the wire.
    const outcome = this.#instance.frame(lane, decodeFrame(frame));
    this.#log({ type: "frame", lane, frame: bytesToHex(frame), action }, "ACTION_FAILED");
    return outcome;
  }

  #leave(lane: number, reason: LeaveReason): void {
    this.#instance.leave(lane, reason);
    this.#players.delete(lane);
    this.#log({ type: "leave", lane, reason });
  }

  /** @param expected code of game errors that whoever acted is told of. */
  #log(event: StepEvent, expected?: string): void {
    this.#events.push(event);
    this.#throwGameErrors(expected);
  }

  /** Game code's errors end a test, though they would not end a room. */
  #throwGameErrors(expected?: string): void {
    const news = this.#gameErrors.slice(this.#thrown);
    this.#thrown = this.#gameErrors.length;
    const first = news.find(({ code }) => code !== expected);
    if (first !== undefined && this.#onGameError === undefined) throw first;
  }

  #describeReport(report: {
    results: Uint8Array;
    mints: readonly { to: Address; item: string }[];
  }): TestReport<State, In> {
    const mints = report.mints.map((mint) => {
      const owners = this.players.filter(({ payout }) => payout === mint.to);
      return { ...mint, player: owners.length === 1 ? owners[0] : undefined };
    });
    return { results: decodeValue(report.results), mints };
  }
}
