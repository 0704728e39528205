import type { Schema } from "@colyseus/schema";
import type { FrameOutcome, Game, GameActions, GameError, Player, Random, Round } from "@weft/game";
import type { Address, Hash, LeaveReason, Mint, Value } from "@weft/protocol";
import type { z } from "zod";
import type { RecordedRound } from "./recording/recordedRound.ts";

export type Inputs = Record<string, z.ZodType>;

/** A player whom the test moves. */
export type TestPlayer<State, In extends Inputs> = Player & {
  /**
   * One method per action of the game: `ada.act.move({ dx: 1, dy: 0 })`.
   * @throws TestingError ACTION_REFUSED, PLAYER_GONE; GameError ACTION_FAILED when the game's code threw
   */
  readonly act: GameActions<Game<State, In>>;
  /**
   * Does what a client may do, sense or nonsense: what the game makes of it is returned.
   * @throws TestingError PLAYER_GONE; ProtocolError for what no frame can hold
   */
  try(action: string, input?: Value): FrameOutcome;
  /** @throws TestingError PLAYER_GONE */
  leave(reason?: LeaveReason): void;
  /** Whether the player hasn't left. */
  readonly inRoom: boolean;
};

/** What a round came to. */
export type TestReport<State, In extends Inputs> = {
  /** As the game's `report` gave them. */
  readonly results: Value;
  /** Prizes, and whose they are; `player` is missing where several have the same payout address. */
  readonly mints: readonly (Mint & { readonly player: TestPlayer<State, In> | undefined })[];
};

/** Plays for one player: called before each tick, may act or not. `random` is the same in every run. */
export type TestBot<State, In extends Inputs> = (
  player: TestPlayer<State, In>,
  room: TestRoom<State, In>,
  random: Random,
) => void;

/** A game in a room without server, network or clock: the test is its host. */
export type TestRoom<State = Schema, In extends Inputs = Inputs> = {
  readonly game: Game<State, In>;
  readonly state: State;
  /** Who is in the room, in the order in which they joined. */
  readonly players: readonly TestPlayer<State, In>[];
  readonly round: Round | undefined;
  /** The room's clock, in ms since the Unix epoch. Each tick moves it on by one of the game's. */
  readonly nowMs: number;
  /** What went wrong in game code so far. Thrown at the test as well, unless `onGameError` was given. */
  readonly gameErrors: readonly GameError[];
  /** @throws GameError ROOM_FULL */
  join(options?: { readonly payout?: Address }): TestPlayer<State, In>;
  tick(count?: number): void;
  /**
   * Ticks until something is so.
   * @returns how many ticks it took
   * @throws TestingError TICKS_EXHAUSTED after `maxTicks`
   */
  tickUntil(isSo: () => boolean, options?: { readonly maxTicks?: number }): number;
  /** Lets a bot play for every player, then ticks; that many times, or until the round is over. */
  play(bot: TestBot<State, In>, options?: { readonly ticks?: number }): void;
  /** @throws GameError ROUND_INVALID when the game has no rounds, or one is open */
  openRound(options?: { readonly cap?: number; readonly seed?: number }): void;
  /** Ticks until the round is over, asks for its report and closes it. @throws GameError, as `report` does */
  finishRound(): TestReport<State, In>;
  /**
   * What the game would say of the round now.
   * @throws GameError ROUND_INVALID, REPORT_FAILED, REPORT_OVER_CAP, MINT_TO_STRANGER, ITEM_INVALID,
   * RESULTS_INVALID, REPORT_CHANGED_STATE
   */
  report(): TestReport<State, In>;
  /** Ends the round without a report. */
  voidRound(): void;
  /**
   * As if the server had crashed: the game is saved and made anew from what was saved. `state` is another
   * object from here on.
   * @throws GameError SNAPSHOT_UNSUPPORTED; TestingError DIVERGED when what comes back isn't the same
   */
  restart(): void;
  /** sha256 of all that the game's future depends on. */
  stateHash(): Hash;
  /**
   * Everything that happened so far, for `assertDeterministic`. The events are run again for it.
   * @throws TestingError STATE_CHANGED_OUTSIDE when they don't lead to the same state
   */
  recording(): RecordedRound;
};

/** The test room of a game: `TestRoomOf<typeof arena>`. */
export type TestRoomOf<G> = G extends Game<infer State, infer In> ? TestRoom<State, In> : never;

/** A simulated player of a game: `TestPlayerOf<typeof arena>`. */
export type TestPlayerOf<G> = G extends Game<infer State, infer In> ? TestPlayer<State, In> : never;

/** A bot for a game: `const bot: TestBotOf<typeof arena> = (player, room, random) => { … }`. */
export type TestBotOf<G> = G extends Game<infer State, infer In> ? TestBot<State, In> : never;
