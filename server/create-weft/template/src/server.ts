// The server: `npm start`. Hosts the game, keeps the ledger in a folder, and lets bots play.
import { parseArgs } from "node:util";
import { createGameServer } from "@weft/rooms";
import { startBot } from "./bot.ts";
import { game } from "./game.ts";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "2567" },
    "rpc-port": { type: "string", default: "8545" },
    data: { type: "string", default: "data" },
    bots: { type: "string", default: "2" },
    dev: { type: "boolean", default: false },
  },
});

const server = await createGameServer({
  games: { [game.name]: game },
  dataDir: values.data,
  rpc: { port: Number(values["rpc-port"]) },
  // While the game is being written: a change of its file is taken at once, and players go on in a new room.
  ...(values.dev ? { watch: [new URL("./game.ts", import.meta.url)] } : {}),
});
server.onRound((update) => {
  console.log(`round ${update.roundId.slice(0, 10)}: ${update.phase}`);
  if (update.phase !== "reported") return;
  for (const { to, item } of update.minted) console.log(`  ${item} for ${to}`);
});
const { url } = await server.listen(Number(values.port));
console.log(`players connect to ${url}`);
console.log(`explorer and JSON-RPC at ${server.node.rpc.url}`);
const leave = await Promise.all(Array.from({ length: Number(values.bots) }, () => startBot(url)));

let stopping = false;
async function stop(): Promise<void> {
  if (stopping) process.exit(1);
  stopping = true;
  await Promise.allSettled(leave.map((bot) => bot()));
  await server.stop();
  process.exit(0);
}
process.on("SIGINT", stop);
process.on("SIGTERM", stop);
