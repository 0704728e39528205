import type { Lifetime } from "../core/lifetime.ts";
import type { Random } from "../core/random.ts";
import type { ServerProcess } from "../node/serverProcess.ts";
import type { Network } from "./network.ts";

/** How long one try waits for its answer. */
const ANSWER_MS = 1500;

/** Requests over HTTP, each on a connection of its own: lost, repeated, late, or answered to nobody. */
export type Ask = <T>(
  life: Lifetime,
  from: string,
  ask: (server: ServerProcess) => Promise<T> | T,
) => Promise<T>;

export type RpcOptions = {
  readonly network: Network;
  readonly random: Random;
  /** Who answers now, if anybody does. */
  readonly server: () => ServerProcess | undefined;
};

/** @returns asks once; rejects with what the server refuses, or with "no answer". */
export function createAsk({ network, random, server }: RpcOptions): Ask {
  const { weather } = network;
  const latencyMs = () => random.between(weather.minLatencyMs, weather.maxLatencyMs);
  return (life, from, ask) =>
    new Promise((resolve, reject) => {
      const cancel = life.after(ANSWER_MS, () => reject(new Error("no answer")));
      const answer = (give: () => void) => {
        if (random.chance(weather.drop) || network.isCutOff(from)) return;
        life.after(latencyMs(), () => {
          cancel();
          give();
        });
      };
      const arrive = () => {
        const answering = server();
        if (answering === undefined || network.isCutOff(from)) return;
        Promise.resolve()
          .then(() => ask(answering))
          .then(
            (result) => answering.life.alive && answer(() => resolve(result)),
            (error) => answering.life.alive && answer(() => reject(error)),
          );
      };
      if (random.chance(weather.drop)) return;
      life.after(latencyMs(), arrive);
      // The player's machine didn't hear in time that it got through.
      if (random.chance(weather.duplicate))
        life.after(latencyMs() + random.between(0, 200), arrive);
    });
}
