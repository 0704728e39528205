import { createGameServer } from "@weft/rooms";
import { PATIENT_SETTINGS } from "@weft/rooms/testing";

/** What `reload.test.ts` runs: a development server whose game is in a file that the test changes. */

process.once("disconnect", () => process.exit(1));
const [file = "", dataDir = ""] = process.argv.slice(2);
const log =
  (level: string) =>
  (message: string, fields: Record<string, unknown> = {}) =>
    void process.send?.({ level, message, ...JSON.parse(JSON.stringify(fields)) });
const { game } = await import(file);
const server = await createGameServer({
  games: { [game.name]: game },
  watch: [file],
  dataDir,
  rpc: { port: 0 },
  settings: { ...PATIENT_SETTINGS, startDelayMs: 0 },
  transport: "ws",
  logger: { debug() {}, info: log("info"), warn: log("warn"), error: log("error") },
});
const { url } = await server.listen(0);
process.send?.({ level: "info", message: "listening", url });
process.on("message", () => void server.stop().then(() => process.exit(0)));
