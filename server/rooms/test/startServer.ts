import { silentLogger } from "@weft/node";
import { createGameServer } from "../src/createGameServer.ts";
import type { GameServer, GameServerOptions, RoundUpdate } from "../src/types.ts";
import { PATIENT_SETTINGS } from "./patientSettings.ts";

export type TestServer = {
  readonly server: GameServer;
  readonly url: string;
  /** All that was told of rounds so far. */
  readonly rounds: readonly RoundUpdate[];
  /** The first round update that fits, past or to come. */
  round<Phase extends RoundUpdate["phase"]>(
    phase: Phase,
    roomId?: string,
  ): Promise<Extract<RoundUpdate, { phase: Phase }>>;
};

/** A real server on a real node, in memory, on free ports, with the patience of `PATIENT_SETTINGS`. */
export async function startServer(options: GameServerOptions): Promise<TestServer> {
  const server = await createGameServer({
    logger: silentLogger,
    rpc: { port: 0 },
    ...options,
    settings: { ...PATIENT_SETTINGS, ...options.settings },
  });
  const { url } = await server.listen(0);
  const rounds: RoundUpdate[] = [];
  server.onRound((update) => rounds.push(update));
  return {
    server,
    url,
    rounds,
    round: (phase, roomId) => {
      const fits = (update: RoundUpdate): update is Extract<RoundUpdate, { phase: typeof phase }> =>
        update.phase === phase && (roomId === undefined || update.roomId === roomId);
      const past = rounds.find(fits);
      if (past !== undefined) return Promise.resolve(past);
      return new Promise((resolve) => {
        const stop = server.onRound((update) => {
          if (!fits(update)) return;
          stop();
          resolve(update);
        });
      });
    },
  };
}
