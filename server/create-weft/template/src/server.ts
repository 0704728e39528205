// The server: `npm start`. Hosts the game, keeps the ledger in a folder, and lets bots play.
import { parseArgs } from "node:util";
import { createGameServer, stopOnSignals } from "@weft/rooms";
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
console.log(`watch the ledger at ${server.node.rpc.url}/explorer`);
for (let bots = Number(values.bots); bots > 0; bots--) await startBot(url);

// Ctrl-C stops at once; SIGTERM lets running rounds end first, and tells players when to come back.
await stopOnSignals(server);
process.exit(0); // the bots would wait for the server
