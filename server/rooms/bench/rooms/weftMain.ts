import { silentLogger } from "@weft/node";
import { createGameServer } from "../../src/createGameServer.ts";
import type { GameServer } from "../../src/types.ts";
import { answerQuestions } from "./answering.ts";
import { markServer, memoryInUse } from "./counters.ts";
import { createField, GAME } from "./game.ts";
import type { ServerQuestions } from "./messages.ts";
import { openSessions } from "./openSessions.ts";

let server: GameServer;

/** Weft with all that it does: on a disk, with its chains, snapshots and checkpoints. */
answerQuestions<ServerQuestions>({
  start: async ({ perRoom, transport, dataDir }) => {
    server = await createGameServer({
      games: { [GAME]: createField(perRoom) },
      dataDir,
      transport,
      rpc: { port: 0 },
      logger: silentLogger,
    });
    return server.listen(0);
  },
  sessions: (count) => openSessions(server.node, count),
  memory: memoryInUse,
  mark: markServer,
});
