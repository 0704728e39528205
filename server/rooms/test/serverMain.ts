import { once } from "node:events";
import { flushCompileCache } from "node:module";
import { gameItemsAbi } from "@weft/contracts";
import { createGameServer } from "../src/createGameServer.ts";
import type { ProcessMessage, StartOptions } from "./serverProcess.ts";
import { createTally } from "./testGame.ts";

/** What `ServerProcess` runs: a game server that tells its parent what happens, and answers it. */

// A parent that is gone can't stop it.
process.once("disconnect", () => process.exit(1));
const [options] = await once(process, "message");
const { dataDir, port, game, settings } = options as StartOptions;

const tell = (message: ProcessMessage) => void process.send?.(message);
const log = (message: string, fields: Record<string, unknown> = {}) =>
  tell({ type: "log", message, fields: JSON.parse(JSON.stringify(fields)) });

const server = await createGameServer({
  games: { tally: createTally(game) },
  dataDir,
  rpc: { port: 0 },
  settings: { startDelayMs: 0, ...settings },
  transport: "ws",
  logger: { debug() {}, info: log, warn: log, error: log },
});
server.onRound((update) => {
  const { phase, roundId } = update;
  const code = phase === "void" ? { code: update.code } : {};
  const prizes =
    phase === "reported" ? { minted: update.minted.length, withheld: update.withheld } : {};
  tell({ type: "round", phase, roundId, ...code, ...prizes });
});
process.on("message", async (question: string) => {
  if (question === "rooms") tell({ type: "answer", answer: server.rooms() });
  if (question === "items") tell({ type: "answer", answer: await countItems() });
});
process.once("SIGTERM", () => {
  void server.stop().then(() => process.exit(0));
});
const { url } = await server.listen(port);
tell({ type: "listening", url });
// Node would do it at its end, which doesn't come.
flushCompileCache();

/** Prizes that were ever minted. */
async function countItems(): Promise<number> {
  const { zkClient, contracts } = server.node;
  const events = await zkClient.getContractEvents({
    address: contracts.gameItems,
    abi: gameItemsAbi,
    eventName: "ItemMinted",
    fromBlock: 0n,
  });
  return events.length;
}
