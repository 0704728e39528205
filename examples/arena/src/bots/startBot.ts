import { Worker } from "node:worker_threads";
import type { LoginProgress } from "@weft/client-sdk";
import { CodedError, type Finality } from "@weft/protocol";
import type { BotCommand, BotCommands, BotMessage, BotRequest } from "./messages.ts";

/** Something that went wrong in a bot; `code` is the code of the bot's own error. */
class BotError extends CodedError {}

/** A bot in its own thread: the commands, and what it tells meanwhile. */
export type Bot = BotCommands & {
  readonly name: string;
  stop(): Promise<void>;
};

export type BotProgress = {
  readonly name: string;
  readonly sent: number;
  readonly finality: Finality;
};

const commands = [
  "setUp",
  "bind",
  "deposit",
  "login",
  "join",
  "play",
  "list",
  "buy",
  "withdraw",
  "holdings",
  "leave",
  "fly",
  "where",
  "land",
] as const satisfies readonly BotCommand[];

type Waiting = { resolve(value: unknown): void; reject(error: Error): void };

export type BotListeners = {
  onProgress(progress: BotProgress): void;
  onLogin(name: string, progress: LoginProgress): void;
};

export function startBot(name: string, { onProgress, onLogin }: BotListeners): Bot {
  // What libraries print in the bot's thread is no part of the demo's own output.
  const worker = new Worker(new URL("./botWorker.ts", import.meta.url), { name, stdout: true });
  worker.stdout.pipe(process.stderr, { end: false });
  const waiting = new Map<number, Waiting>();
  let nextId = 0;
  const refuseAll = (error: Error) => {
    for (const { reject } of waiting.values()) reject(error);
    waiting.clear();
  };
  worker.on("message", (message: BotMessage) => {
    if (message.type === "finality") {
      onProgress({ name, sent: message.sent, finality: message.finality });
      return;
    }
    if (message.type === "login") {
      onLogin(name, message.progress);
      return;
    }
    const call = waiting.get(message.id);
    waiting.delete(message.id);
    if (message.type === "result") return call?.resolve(message.value);
    const { code, message: text, stack } = message.error;
    call?.reject(new BotError(code, `${name}: ${text}`, { details: { stack } }));
  });
  worker.on("error", (cause) => refuseAll(new BotError("BOT_DIED", `${name} died`, { cause })));
  worker.on("exit", () => refuseAll(new BotError("BOT_DIED", `${name} has stopped`)));
  const call = (command: BotCommand, input: unknown) =>
    new Promise((resolve, reject) => {
      const id = nextId++;
      waiting.set(id, { resolve, reject });
      worker.postMessage({ id, command, input } satisfies BotRequest);
    });
  const methods = commands.map((command) => [command, (input: unknown) => call(command, input)]);
  return {
    // `commands` has every name of the interface, and the worker's bot is one too.
    ...(Object.fromEntries(methods) as BotCommands),
    name,
    stop: async () => void (await worker.terminate()),
  };
}
