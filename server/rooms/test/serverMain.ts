import { once } from "node:events";
import { flushCompileCache } from "node:module";
import { gameItemsAbi, roundReportsAbi } from "@weft/contracts";
import { getAbiItem, toFunctionSelector } from "viem";
import { createGameServer } from "../src/createGameServer.ts";
import { stopOnSignals } from "../src/stopOnSignals.ts";
import { PATIENT_SETTINGS } from "./patientSettings.ts";
import type { HoldAt, ProcessMessage, ProcessQuestion, StartOptions } from "./serverProcess.ts";
import { createTally } from "./testGame.ts";

/** What `ServerProcess` runs: a game server that tells its parent what happens, and answers it. */

// A parent that is gone can't stop it.
process.once("disconnect", () => process.exit(1));
process.send?.({ type: "ready" } satisfies ProcessMessage);
const [options] = await once(process, "message");
const { dataDir, port, game, settings } = options as StartOptions;

const tell = (message: ProcessMessage) => void process.send?.(message);
const log = (message: string, fields: Record<string, unknown> = {}) =>
  tell({ type: "log", message, fields: JSON.parse(JSON.stringify(fields)) });

const server = await createGameServer({
  games: { tally: createTally(game) },
  dataDir,
  rpc: { port: 0 },
  settings: { ...PATIENT_SETTINGS, startDelayMs: 0, ...settings },
  transport: "ws",
  logger: { debug() {}, info: log, warn: log, error: log },
});
server.onRound((update) => {
  const { phase, roomId, roundId } = update;
  const code = phase === "void" ? { code: update.code } : {};
  const prizes =
    phase === "reported" ? { minted: update.minted.length, withheld: update.withheld } : {};
  tell({ type: "round", phase, roomId, roundId, ...code, ...prizes });
});
let holdAt: HoldAt | undefined;
process.on("message", async (question: ProcessQuestion) => {
  if (typeof question === "object") holdAt = question;
  if (question === "rooms") tell({ type: "answer", answer: server.rooms() });
  if (question === "items") tell({ type: "answer", answer: await mintedIn() });
});
stopOnSignals(server).then(() => process.exit(0));
const { operator } = server.node;
const { send } = operator;
Object.assign(operator, {
  send: async (call: Parameters<typeof send>[0]) => {
    await hold("before", call.data);
    const receipt = await send(call);
    await hold("after", call.data);
    return receipt;
  },
});
const { url } = await server.listen(port);
tell({ type: "listening", url });
// Node would do it at its end, which doesn't come.
flushCompileCache();

/** Resolves at once, or never where this is the call to stand still at. */
function hold(when: HoldAt["when"], data: string | undefined): Promise<void> | undefined {
  if (holdAt?.when !== when) return undefined;
  const selector = toFunctionSelector(getAbiItem({ abi: roundReportsAbi, name: holdAt.call }));
  if (data?.startsWith(selector) !== true) return undefined;
  tell({ type: "held" });
  return new Promise(() => {});
}

/** The rounds of all prizes that were ever minted. */
async function mintedIn(): Promise<readonly string[]> {
  const { zkClient, contracts } = server.node;
  const events = await zkClient.getContractEvents({
    address: contracts.gameItems,
    abi: gameItemsAbi,
    eventName: "ItemMinted",
    fromBlock: 0n,
  });
  return events.map(({ args }) => String(args.roundId));
}
