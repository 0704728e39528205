import type { Finality } from "@weft/protocol";
import type { ClientGame, GameState } from "../game.ts";
import type { Listeners } from "./listeners.ts";
import type { RoundUpdate } from "./messages.ts";
import type { Room } from "./room.ts";
import { type WaitSources, waitUntil } from "./waitUntil.ts";

type Waits<G extends ClientGame> = Pick<Room<G>, "nextRound" | "waitForState" | "waitForFinality">;

type Sources<G extends ClientGame> = {
  readonly states: Listeners<GameState<G>>;
  readonly finalities: Listeners<Finality>;
  readonly rounds: Listeners<RoundUpdate>;
  readonly onEnd: WaitSources<never>["onEnd"];
  state(): GameState<G>;
  finality(): Finality;
};

/** What a room lets its player wait for. */
export function createWaits<G extends ClientGame>(sources: Sources<G>): Waits<G> {
  const { states, finalities, rounds, onEnd } = sources;
  return {
    nextRound: (options = {}) =>
      waitUntil({ subscribe: phaseOf(rounds, options.phase), onEnd }, options),
    async waitForState(isWanted, options) {
      const now = sources.state();
      if (isWanted(now)) return now;
      return waitUntil({ subscribe: when(states, isWanted), onEnd }, options);
    },
    async waitForFinality(seq, level, options) {
      const now = sources.finality();
      if (now[level] >= seq) return now;
      return waitUntil(
        { subscribe: when(finalities, (next) => next[level] >= seq), onEnd },
        options,
      );
    },
  };
}

function when<T>(listeners: Listeners<T>, isWanted: (value: T) => boolean) {
  return (resolve: (value: T) => void) =>
    listeners.add((value) => {
      if (isWanted(value)) resolve(value);
    });
}

function phaseOf<Phase extends RoundUpdate["phase"]>(
  rounds: Listeners<RoundUpdate>,
  wanted: Phase | readonly Phase[] | undefined,
) {
  const phases: readonly string[] | undefined = typeof wanted === "string" ? [wanted] : wanted;
  return (resolve: (round: Extract<RoundUpdate, { phase: Phase }>) => void) =>
    rounds.add((round) => {
      if (phases !== undefined && !phases.includes(round.phase)) return;
      resolve(round as Extract<RoundUpdate, { phase: Phase }>);
    });
}
