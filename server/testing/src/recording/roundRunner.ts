import { createGameInstance, type Game, type GameError, type GameInstance } from "@weft/game";
import { bytesToHex, decodeFrame, type Hash, hexToBytes, type Mint } from "@weft/protocol";
import { type FlatState, flattenGame } from "../state/flattenState.ts";
import type { RecordedRound, StepEvent } from "./recordedRound.ts";

/** What a game says when it is asked for its report. */
export type ActualReport =
  | { readonly results: `0x${string}`; readonly mints: readonly Mint[] }
  | { readonly error: unknown };

/** What a game made of an event. */
export type StepResult = {
  /** Of a frame: "applied", or why it was refused. */
  readonly outcome?: string;
  readonly report?: ActualReport;
  /** What its code threw meanwhile. */
  readonly errors: readonly GameError[];
};

/** Runs a game over recorded events. */
export class RoundRunner {
  readonly #instance: GameInstance;
  #errors: GameError[] = [];

  /** @throws GameError HOOK_FAILED when the game's state can't be made */
  constructor(game: Game, { room, seed }: Pick<RecordedRound, "room" | "seed">) {
    const onError = (error: GameError) => this.#errors.push(error);
    this.#instance = createGameInstance(game, { room, seed, guards: true, onError });
  }

  /** @throws GameError when the game can't take the event at all, such as a join of a full room */
  apply(event: StepEvent): StepResult {
    const result = this.#apply(event);
    const errors = this.#errors;
    this.#errors = [];
    return { ...result, errors };
  }

  /** @throws GameError STATE_UNENCODABLE */
  stateHash(): Hash {
    return this.#instance.stateHash();
  }

  /** @throws GameError STATE_UNENCODABLE */
  flatState(): FlatState {
    return flattenGame(this.#instance);
  }

  #apply(event: StepEvent): Omit<StepResult, "errors"> {
    const game = this.#instance;
    switch (event.type) {
      case "join":
        game.join(event);
        break;
      case "leave":
        game.leave(event.lane, event.reason);
        break;
      case "frame": {
        const outcome = game.frame(event.lane, decodeFrame(hexToBytes(event.frame)));
        return { outcome: outcome.applied ? "applied" : outcome.code };
      }
      case "tick":
        game.tick(event.nowMs);
        break;
      case "roundOpen":
        game.roundOpen(event);
        break;
      case "report": {
        const report = this.#report();
        game.roundClose();
        return { report };
      }
      case "roundVoid":
        game.roundClose();
        break;
      case "rejoin":
      case "seal":
      case "checkpoint":
      case "roundEnd":
      case "close":
        // Matters of lanes and of the chain: the game isn't told.
        break;
    }
    return {};
  }

  #report(): ActualReport {
    try {
      const { results, mints } = this.#instance.report();
      return { results: bytesToHex(results), mints };
    } catch (error) {
      return { error };
    }
  }
}
