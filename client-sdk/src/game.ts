import type { GameActions, GameState } from "@weft/game";
import type { z } from "zod";

/** What the client needs of a game: anything that `defineGame` returns fits. */
export type ClientGame = {
  readonly name: string;
  readonly state: new () => object;
  readonly actions: { readonly [name: string]: { readonly input: z.ZodType } };
};

/** An action that is on its way. */
export type SentAction = {
  /** The frame's number in the player's lane; see `Room.finalityOf`. */
  readonly seq: number;
};

/** `room.act`: one method per action of the game, typed by the action's schema. */
export type RoomActions<G> = {
  readonly [Name in keyof GameActions<G>]: GameActions<G>[Name] extends (...input: infer I) => void
    ? (...input: I) => SentAction
    : never;
};

export type { GameState };
