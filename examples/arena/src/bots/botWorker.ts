import { parentPort } from "node:worker_threads";
import { createBot } from "./bot.ts";
import type { BotFailure, BotMessage, BotRequest } from "./messages.ts";

/** A thread with one bot in it: takes commands, answers each. */
if (parentPort === null) throw new Error("this module is a worker thread's");
const port = parentPort;
const send = (message: BotMessage) => port.postMessage(message);
const bot = createBot({
  onLogin: (progress) => send({ type: "login", progress }),
  onFinality: (sent, finality) => send({ type: "finality", sent, finality }),
});

port.on("message", ({ id, command, input }: BotRequest) => {
  const run = bot[command] as (input: unknown) => Promise<unknown>;
  Promise.resolve()
    .then(() => run(input))
    .then((value) => send({ type: "result", id, value }))
    .catch((error: unknown) => send({ type: "error", id, error: describeFailure(error) }));
});

function describeFailure(error: unknown): BotFailure {
  if (!(error instanceof Error)) return { code: "UNKNOWN", message: String(error), stack: "" };
  const { code = "UNKNOWN" } = error as { code?: string };
  return { code: String(code), message: error.message, stack: error.stack ?? "" };
}
