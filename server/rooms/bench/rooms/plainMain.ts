import { Server } from "@colyseus/core";
import { silentLogger } from "@weft/node";
import { chooseTransport } from "../../src/chooseTransport.ts";
import { colyseusLogger } from "../../src/colyseusLogger.ts";
import { answerQuestions } from "./answering.ts";
import { markServer, memoryInUse } from "./counters.ts";
import { createPlainRoom, GAME } from "./game.ts";
import type { ServerQuestions } from "./messages.ts";

/** Plain Colyseus, on the transport as it comes: on the thread that serves rooms. */
answerQuestions<ServerQuestions>({
  start: async ({ perRoom, transport: wanted }) => {
    const chosen = await chooseTransport({ transport: wanted, networkThread: false }, silentLogger);
    const { transport } = chosen;
    const logger = colyseusLogger(silentLogger);
    const server = new Server({ transport, greet: false, gracefullyShutdown: false, logger });
    server.define(GAME, createPlainRoom(perRoom));
    await server.listen(0, "127.0.0.1");
    return { url: `http://127.0.0.1:${chosen.port()}` };
  },
  sessions: () => [],
  memory: memoryInUse,
  mark: markServer,
});
