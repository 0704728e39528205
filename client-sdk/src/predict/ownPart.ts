import type { Schema } from "@colyseus/schema";
import type { Player } from "@weft/game";
import type { Hash } from "@weft/protocol";
import { type Entity, type FieldNames, fieldsOfEntity, findByKey } from "./entities.ts";
import type { PredictOptions } from "./prediction.ts";

/** The address that prizes of others go to isn't known, and nothing that is predicted is paid. */
const NO_PAYOUT = `0x${"00".repeat(20)}` as const;
const UNKNOWN_LANE = -1;

/** Who the player is in a state, and who the others are. */
export class OwnPart<State extends Schema> {
  readonly #me: { readonly sessionId: Hash; readonly lane: number };
  readonly #options: PredictOptions<State>;
  /** As long as somebody is there it is the same object. */
  #players: ReadonlyMap<string, Player> = new Map();

  constructor(
    me: { readonly sessionId: Hash; readonly lane: number },
    options: PredictOptions<State>,
  ) {
    this.#me = me;
    this.#options = options;
  }

  in(state: State): Entity | undefined {
    const { own } = this.#options;
    const { sessionId } = this.#me;
    if (own === undefined) return findByKey(state, sessionId)?.entity;
    return own(state, sessionId) as Entity | undefined;
  }

  playersIn(state: State): readonly Player[] {
    const { sessionId, lane } = this.#me;
    const given = this.#options.players?.(state) ?? findByKey(state, sessionId)?.keys;
    this.#players = new Map(
      Array.from(new Set(given ?? [sessionId]), (id): [string, Player] => {
        const known = id === sessionId ? lane : UNKNOWN_LANE;
        const made = { id: id as Hash, lane: known, payout: NO_PAYOUT };
        return [id, this.#players.get(id) ?? Object.freeze(made)];
      }),
    );
    return [...this.#players.values()];
  }

  /** @returns what reads the numbers that are drawn smoothly. Angles go on where they'd jump to their other end. */
  createPose(state: State, wanted: FieldNames): () => Record<string, number> {
    const pose: Record<string, number> = {};
    const first = this.in(state);
    if (first === undefined) return () => pose;
    const { linear, angles } = fieldsOfEntity(first, wanted);
    return () => {
      // While it is gone in the prediction, it stays where it was.
      const own = this.in(state);
      if (own === undefined) return pose;
      for (const name of linear) pose[name] = Number(own[name]);
      for (const name of angles) {
        const before = pose[name] ?? Number(own[name]);
        const turn = Number(own[name]) - before;
        pose[name] = before + Math.atan2(Math.sin(turn), Math.cos(turn));
      }
      return pose;
    };
  }
}
