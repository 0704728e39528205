import type { Schema } from "@colyseus/schema";
import type { Hash } from "@weft/protocol";
import type { ClientGame, GameState, RoomActions } from "../game.ts";
import type { Unsubscribe } from "../room/listeners.ts";
import type { JoinedRoom } from "../room/room.ts";

export type PredictOptions<State> = {
  /**
   * The player's own part of a state: what answers at once. It is asked of several states. Default: what the first map
   * that has an entry under the player's id holds there, such as `state.ships.get(me)`.
   */
  readonly own?: (state: State, me: Hash) => Schema | undefined;
  /** Ids of the players in a state. Default: the keys of that map. */
  readonly players?: (state: State) => Iterable<string>;
  /**
   * Numeric fields that change steadily, such as places: interpolated for others, and corrected softly for the own part.
   * Wherever entities at the top of the state, or in its maps and lists, have them. Default: `x` and `y`.
   */
  readonly smooth?: readonly string[];
  /** The same for angles in radians, which go the shorter way round. Default: none. */
  readonly angles?: readonly string[];
  /** A jump in a smooth field that is larger than this is shown as one: somebody was put elsewhere. Default: none is. */
  readonly snap?: number;
  /** How far in the past others are drawn, in ms: patches that come later than that stop them. Default 100. */
  readonly delayMs?: number;
  /** What a correction takes to become a third of itself, in ms. Default 100. */
  readonly smoothMs?: number;
  /** This machine's clock, as `update` gets it. Default `performance.now`. */
  readonly now?: () => number;
};

/** The server ran something otherwise than was predicted. */
export type Correction = {
  /** The tick whose state told. */
  readonly tick: number;
  /** By how much the own part is off now, the largest of its smooth fields: what is being smoothed away. */
  readonly distance: number;
};

export type PredictionStats = {
  /** Whether the own part is predicted: there is one, and the server has said how far it is. */
  readonly isPredicting: boolean;
  /** There and back, as actions have it, in ms. Before the first action it is assumed. */
  readonly rttMs: number;
  /** The newest tick whose state is known, and the one that is being drawn. */
  readonly knownTick: number;
  readonly drawnTick: number;
  /** Actions that the known state doesn't show yet. */
  readonly pendingActions: number;
  /** Ticks run in the last frame. */
  readonly ticksRun: number;
  readonly corrections: number;
  /** The last correction's distance. */
  readonly lastCorrection: number;
  /** Draws from `ctx.random` in prediction: what the server decides otherwise. */
  readonly guesses: number;
};

/** A room as its player is to see it: the own part at once, the others as they moved a moment ago. */
export type Prediction<G extends ClientGame> = {
  /**
   * To be drawn, after `update`; the same object at all times. The player's own part is predicted; smooth fields of
   * others are interpolated; all else is as last heard of. What is in it stays the same object for as long as
   * it is there.
   */
  readonly state: GameState<G>;
  /** The player's own part of `state`, if there is one. */
  readonly own: Schema | undefined;
  /** As `room.act`, predicted. What is done through `room.act` itself shows when the server has run it. */
  readonly act: RoomActions<G>;
  readonly stats: PredictionStats;
  /** Once for every frame, before drawing. @param nowMs What `requestAnimationFrame` gives. Default: `options.now`. */
  update(nowMs?: number): void;
  onCorrection(listener: (correction: Correction) => void): Unsubscribe;
  /** Ends it; `state` stays as it is. */
  stop(): void;
};

/** What prediction needs of a room. */
export type PredictedRoom<G extends ClientGame> = Pick<
  JoinedRoom<G>,
  "act" | "state" | "sessionId" | "lane" | "round" | "onStamp" | "onStateChange" | "colyseus"
>;
