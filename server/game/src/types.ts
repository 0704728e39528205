import type { Schema } from "@colyseus/schema";
import type { Address, Frame, Hash, LeaveReason, LoginType, Mint, Value } from "@weft/protocol";
import type { z } from "zod";
import type { GameError } from "./errors.ts";

/** A player in the room. The same object from join to leave. */
export type Player = {
  /** The session's id. A player who comes back with the same session has the same id. */
  readonly id: Hash;
  /** Number of this stay in the room: rises with every join, is never given again. */
  readonly lane: number;
  /** Where the player's prizes go, on the ZK chain. */
  readonly payout: Address;
};

/** The running round. Rounds last a number of ticks, so that every replay ends them alike. */
export type Round = {
  readonly id: Hash;
  /** Prizes that the round may mint, as registered on the ZK chain before it opened. */
  readonly cap: number;
  /** Ticks still to come, the one that is running included; 0 when the round is over. */
  readonly ticksLeft: number;
  /** `ticksLeft` at the game's tick rate, in seconds. */
  readonly secondsLeft: number;
  /** The round's time is up or `endRound` was called; its report comes next. */
  readonly over: boolean;
};

/** Deterministic randomness, seeded from the ledger. Anyone who has the seed can tell what comes. */
export type Random = {
  /** Whole number from `min` to `max`, both included. */
  int(min: number, max: number): number;
  /** From 0 (included) to 1 (excluded). */
  float(): number;
  /** True with probability `probability`, 0 to 1. */
  chance(probability: number): boolean;
  /** One entry of a list that isn't empty. */
  pick<T>(list: ArrayLike<T>): T;
  /** A new array with the entries in random order. */
  shuffle<T>(list: ArrayLike<T>): T[];
};

/** All that game code may look at and change. */
export type GameContext<State> = {
  readonly state: State;
  /** Who is in the room, in the order in which they joined. */
  readonly players: readonly Player[];
  /** The room's clock, in ms since the Unix epoch: the newest tick's time, 0 before the first. */
  readonly nowMs: number;
  /** Ticks so far, the one that is running included. */
  readonly tick: number;
  readonly random: Random;
  readonly round: Round | undefined;
  /** Ends the round before its time. The report is asked for after the running call. */
  endRound(): void;
};

/** One thing that players can do. `input` is checked before `run` sees it. */
export type Action<State, Input extends z.ZodType = z.ZodType> = {
  readonly input: Input;
  run(ctx: GameContext<State>, player: Player, input: z.output<Input>): void;
};

export type RoundRules = {
  /** Length of a round at the game's tick rate. */
  readonly seconds: number;
  /** Prizes that a round may mint: the cap that is registered on the ZK chain. */
  readonly maxMints: number;
  /**
   * How many of them when no more than half of the players co-sign the report: dear prizes want few, but a
   * bad loser can keep a signature back. Default: half of `maxMints`, rounded up.
   */
  readonly maxMintsWithoutQuorum?: number;
  /** Prizes that all rounds of the game may mint in a day (UTC); what is over waits. Default 10,000. */
  readonly maxMintsPerDay?: number;
  /** The items that can be won. When given, a report with another one is refused. */
  readonly items?: readonly string[];
};

/** A prize for a player who is in the room. */
export type GameMint = { readonly to: Player; readonly item: string };

export type GameReport = {
  /** Anything that has a canonical encoding: numbers, text, lists, plain objects, … */
  readonly results: Value;
  readonly mints: readonly GameMint[];
};

export type GameHooks<State> = {
  /** Fills the state of a new room. */
  onCreate?(ctx: GameContext<State>): void;
  /** `player` is in `ctx.players` already. */
  onJoin?(ctx: GameContext<State>, player: Player): void;
  /** `player` is no longer in `ctx.players`. */
  onLeave?(ctx: GameContext<State>, player: Player, reason: LeaveReason): void;
  tick?(ctx: GameContext<State>): void;
  /** `ctx.round` is there, `ctx.random` has just been seeded anew. */
  onRoundOpen?(ctx: GameContext<State>): void;
  /** Says how the round went. Must change nothing, neither state nor randomness. */
  report?(ctx: GameContext<State>): GameReport;
};

/** What `defineGame` takes. Put `state` before what uses it, so that its type is inferred. */
export type GameDefinition<State, Inputs extends Record<string, z.ZodType>> = GameHooks<State> & {
  readonly name: string;
  /** Rises with every change of the rules: a replay needs the same ones. Default 1. */
  readonly version?: number;
  /** A class made by `schema({ … })` of @colyseus/schema that can be made without arguments. */
  readonly state: new () => State;
  readonly tickRateHz: number;
  /** Players that a round needs to open. Default 1. */
  readonly minPlayers?: number;
  /** Players that a room takes. Default 8. */
  readonly maxPlayers?: number;
  /** Without it the room goes on for ever and reports nothing. */
  readonly round?: RoundRules;
  /** How players may log in: by wallet, or by a proof that tells nobody which pass. Default: both. */
  readonly login?: readonly LoginType[];
  /**
   * Rises when players are to be strangers again: what stands for a pass in logins by proof is another in each
   * season. Default 0.
   */
  readonly season?: number;
  readonly actions: { readonly [Name in keyof Inputs]: Action<State, Inputs[Name]> };
};

/** A checked definition, with its defaults filled in. */
export type Game<
  State = Schema,
  Inputs extends Record<string, z.ZodType> = Record<string, z.ZodType>,
> = GameDefinition<State, Inputs> & {
  readonly version: number;
  readonly minPlayers: number;
  readonly maxPlayers: number;
  readonly login: readonly LoginType[];
  readonly season: number;
  /** Hash of the code, where a development server tells programs apart by it: see `withCode`. */
  readonly code?: Hash;
};

/** The state that a game's rooms have. */
export type GameState<G> = G extends { readonly state: new () => infer State } ? State : never;

type ActionCall<Input> = null extends Input ? (input?: Input) => void : (input: Input) => void;

/**
 * What a client can do in a game's room: `room.act.move({ dx: 1, dy: 0 })`. An action whose input may
 * be null takes none: what is left out is sent as null.
 */
export type GameActions<G> = G extends { readonly actions: infer Actions }
  ? {
      readonly [Name in keyof Actions]: Actions[Name] extends { readonly input: infer Input }
        ? Input extends z.ZodType
          ? ActionCall<z.input<Input>>
          : never
        : never;
    }
  : never;

export type FrameOutcome =
  | { readonly applied: true }
  | {
      readonly applied: false;
      readonly code: "ACTION_UNKNOWN" | "INPUT_REFUSED" | "ACTION_FAILED" | "ROUND_OVER";
      readonly message: string;
    };

export type GameInstanceOptions = {
  readonly room: Address;
  readonly seed: Hash;
  /**
   * Makes calls that no replay could repeat throw while game code runs. Default: on where there is a
   * `process` whose NODE_ENV isn't "production", and for programs of `withCode`.
   */
  readonly guards?: boolean;
  /** Told of every exception in game code. Default: the first few go to the console. */
  readonly onError?: (error: GameError) => void;
  /** Called with each call of game code, which it must run: for who wants to know what begins in there. */
  readonly around?: <T>(call: () => T) => T;
};

/**
 * A game running in a room. Whoever drives it feeds it the room's events in the ledger's order; the
 * same events give the same `stateHash` everywhere.
 */
export type GameInstance<State = Schema> = {
  readonly state: State;
  readonly players: readonly Player[];
  readonly round: Round | undefined;
  readonly nowMs: number;
  /** Ticks so far. */
  readonly ticks: number;
  /** @throws GameError ROOM_FULL or PLAYER_INVALID, and nothing changed. */
  join(player: { lane: number; sessionId: Hash; payout: Address }): void;
  /** @throws GameError PLAYER_INVALID when the lane isn't in the room. */
  leave(lane: number, reason: LeaveReason): void;
  /**
   * Never throws for what a player sent.
   * @throws GameError PLAYER_INVALID when the lane isn't in the room.
   */
  frame(lane: number, frame: Frame): FrameOutcome;
  /** @throws GameError TICK_INVALID when time isn't a whole number or goes backwards. */
  tick(nowMs: number): void;
  /** @throws GameError ROUND_INVALID when the game has no rounds or one is open. */
  roundOpen(round: { roundId: Hash; cap: number; deadlineMs: number; seed: Hash }): void;
  /** The round's ticks are used up or the game ended it. False without a round. */
  readonly roundOver: boolean;
  /**
   * What the game says of the round, at any time while it is open. `results` is a canonical value.
   * @throws GameError ROUND_INVALID, REPORT_FAILED, REPORT_OVER_CAP, MINT_TO_STRANGER, ITEM_INVALID,
   * RESULTS_INVALID, or, with guards, REPORT_CHANGED_STATE.
   */
  report(): { results: Uint8Array; mints: Mint[] };
  /** @throws GameError ROUND_INVALID when no round is open. */
  roundClose(): void;
  /**
   * sha256 of the canonical encoding of all that the future depends on.
   * @throws GameError STATE_UNENCODABLE
   */
  stateHash(): Hash;
  /**
   * Everything about the game as bytes, for `restoreGameInstance` to go on from.
   * @throws GameError SNAPSHOT_UNSUPPORTED
   */
  snapshot(): Uint8Array;
};
