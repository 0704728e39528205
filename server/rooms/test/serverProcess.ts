import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RoomSettings } from "../src/types.ts";
import type { TallyOptions } from "./testGame.ts";

export type ProcessOptions = {
  readonly game?: TallyOptions & { readonly version?: number };
  readonly settings?: Partial<RoomSettings>;
};

/** What a server's process says. */
export type ProcessMessage =
  | { readonly type: "listening"; readonly url: string }
  | {
      readonly type: "round";
      readonly phase: string;
      readonly roundId: string;
      readonly code?: string;
    }
  | { readonly type: "log"; readonly message: string; readonly fields: Record<string, unknown> }
  | { readonly type: "answer"; readonly answer: unknown };

/**
 * A game server in a process of its own, on a data directory of its own, to be killed and started again: always at the
 * same port, as a server would be.
 */
export class ServerProcess {
  readonly dataDir: string;
  #options: ProcessOptions;
  #child: ChildProcess | undefined;
  #port = 0;
  url = "";
  /** All that the processes said, the newest last. */
  readonly heard: ProcessMessage[] = [];
  #listeners: (() => void)[] = [];

  static async start(options: ProcessOptions = {}): Promise<ServerProcess> {
    const dataDir = await mkdtemp(join(tmpdir(), "weft-rooms-"));
    const server = new ServerProcess(dataDir, options);
    await server.start();
    return server;
  }

  private constructor(dataDir: string, options: ProcessOptions) {
    this.dataDir = dataDir;
    this.#options = options;
  }

  /** @param changes What is different from the time before. */
  async start(changes: ProcessOptions = {}): Promise<void> {
    this.#options = { ...this.#options, ...changes };
    const argument = JSON.stringify({ dataDir: this.dataDir, port: this.#port, ...this.#options });
    const child = fork(join(import.meta.dirname, "serverMain.ts"), [argument], {
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      serialization: "advanced",
    });
    this.#child = child;
    const before = this.heard.length;
    child.on("message", (message) => {
      this.heard.push(message as ProcessMessage);
      for (const listener of [...this.#listeners]) listener();
    });
    const listening = this.next("listening", () => true, before);
    const exited = once(child, "exit").then(([code]) => {
      throw new Error(`the server's process ended with ${code}`);
    });
    exited.catch(() => {});
    this.url = (await Promise.race([listening, exited])).url;
    this.#port = Number(new URL(this.url).port);
  }

  /** The first message that fits, heard already (from number `from` on) or to come. */
  next<Type extends ProcessMessage["type"]>(
    type: Type,
    fits: (message: Extract<ProcessMessage, { type: Type }>) => boolean = () => true,
    from = 0,
  ): Promise<Extract<ProcessMessage, { type: Type }>> {
    return new Promise((resolve) => {
      const look = () => {
        const found = this.heard
          .slice(from)
          .find(
            (message): message is Extract<ProcessMessage, { type: Type }> =>
              message.type === type && fits(message as never),
          );
        if (found === undefined) return;
        this.#listeners = this.#listeners.filter((listener) => listener !== look);
        resolve(found);
      };
      this.#listeners.push(look);
      look();
    });
  }

  logged(message: string, from = 0) {
    return this.next("log", (log) => log.message === message, from);
  }

  round(phase: string, from = 0) {
    return this.next("round", (round) => round.phase === phase, from);
  }

  /** Asks the process; see `serverMain.ts`. */
  async ask(question: string): Promise<unknown> {
    const from = this.heard.length;
    this.#child?.send(question);
    return (await this.next("answer", () => true, from)).answer;
  }

  /** Without a warning. Resolves when it is gone. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }

  async restart(changes: ProcessOptions = {}): Promise<void> {
    await this.kill();
    await this.start(changes);
  }

  /** Ends it for good. */
  async remove(): Promise<void> {
    await this.kill();
    await rm(this.dataDir, { recursive: true, force: true });
  }
}
