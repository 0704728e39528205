import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { reservePort } from "@weft/protocol/testing/node";
import type { RoomSettings } from "../src/types.ts";
import type { TallyOptions } from "./testGame.ts";

export type ProcessOptions = {
  readonly game?: TallyOptions & { readonly version?: number };
  /** Over `PATIENT_SETTINGS`. */
  readonly settings?: Partial<RoomSettings>;
  /**
   * Keeps a process at hand that has read all its code already, as whoever wants short pauses would: a start only has to
   * tell it to begin.
   */
  readonly standby?: boolean;
};

/** A call of RoundReports at which the process stands still, so that it can be killed there. */
export type HoldAt = {
  readonly call: "openRound" | "report";
  /** Before it is sent, or when its receipt is there and nobody has been told. */
  readonly when: "before" | "after";
};

/** What the process is asked later: a question to answer, or where to stand still. */
export type ProcessQuestion = "rooms" | "items" | HoldAt;

/** What the process is told to begin with. */
export type StartOptions = Omit<ProcessOptions, "standby"> & {
  readonly dataDir: string;
  readonly port: number;
};

/** What a server's process says. */
export type ProcessMessage =
  | { readonly type: "listening"; readonly url: string }
  | {
      readonly type: "round";
      readonly phase: string;
      readonly roomId: string;
      readonly roundId: string;
      readonly code?: string;
      readonly minted?: number;
      readonly withheld?: number;
    }
  | { readonly type: "log"; readonly message: string; readonly fields: Record<string, unknown> }
  /** It has read its code, and waits for its options. */
  | { readonly type: "ready" }
  | { readonly type: "held" }
  | { readonly type: "answer"; readonly answer: unknown };

/**
 * A game server in a process of its own, on a data directory of its own, to be killed and started again: always at the
 * same port, as a server would be.
 */
export class ServerProcess {
  readonly dataDir: string;
  /** Holds the data, and beside it what Node has compiled: the processes are all of the same code. */
  readonly #dir: string;
  #options: ProcessOptions;
  #child: ChildProcess | undefined;
  #standby: ChildProcess | undefined;
  #standbyReady: Promise<void> = Promise.resolve();
  #isRemoved = false;
  readonly #port: number;
  url = "";
  /** All that the processes said, the newest last. */
  readonly heard: ProcessMessage[] = [];
  #listeners: (() => void)[] = [];

  static async start(options: ProcessOptions = {}): Promise<ServerProcess> {
    const dir = await mkdtemp(join(tmpdir(), "weft-rooms-"));
    const server = new ServerProcess(dir, await reservePort(), options);
    await server.start();
    return server;
  }

  private constructor(dir: string, port: number, options: ProcessOptions) {
    this.#dir = dir;
    this.#port = port;
    this.dataDir = join(dir, "data");
    this.#options = options;
  }

  /**
   * Resolves when players can connect.
   * @param changes What is different from the time before.
   */
  async start(changes: ProcessOptions = {}): Promise<void> {
    const { url } = await this.begin(changes);
    this.url = url;
  }

  /** Starts the process. Resolves when players can connect; rejects when it ends before. */
  begin(changes: ProcessOptions = {}): Promise<{ readonly url: string }> {
    this.#options = { ...this.#options, ...changes };
    const { standby = false, ...options } = this.#options;
    const child = this.#standby ?? this.#fork();
    this.#standby = undefined;
    this.#child = child;
    const before = this.heard.length;
    child.on("message", (message) => {
      this.heard.push(message as ProcessMessage);
      for (const listener of [...this.#listeners]) listener();
    });
    child.send({ dataDir: this.dataDir, port: this.#port, ...options } satisfies StartOptions);
    const listening = this.next("listening", () => true, before);
    // Not before: it would take the processor from the one that is waited for.
    if (standby) listening.then(() => this.#prepareStandby());
    const ended = once(child, "exit").then(([code, signal]) => {
      throw new Error(`the server's process ended with ${code ?? signal}`);
    });
    const first = Promise.race([listening, ended]);
    // Whoever kills it doesn't wait for it.
    first.catch(() => {});
    return first;
  }

  /** Resolves when the process at hand has read its code. */
  async standbyReady(): Promise<void> {
    await this.#standbyReady;
  }

  /** The next start is one from nothing. */
  dropStandby(): void {
    this.#standby?.kill("SIGKILL");
    this.#standby = undefined;
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

  /** The first news of a round that has come this far. */
  round(phase: string) {
    return this.next("round", (round) => round.phase === phase);
  }

  /** Asks the process; see `serverMain.ts`. */
  async ask(question: "rooms" | "items"): Promise<unknown> {
    const from = this.heard.length;
    this.#child?.send(question);
    return (await this.next("answer", () => true, from)).answer;
  }

  /** Lets the process stand still at the next such call. Resolves when it does. */
  async hold(at: HoldAt): Promise<void> {
    const from = this.heard.length;
    this.#child?.send(at satisfies ProcessQuestion);
    await this.next("held", () => true, from);
  }

  /** Without a warning, unless with a signal that is one. Resolves when it is gone. */
  async kill(signal: NodeJS.Signals = "SIGKILL"): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
    if (this.#child === child) this.#child = undefined;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child?.kill(signal);
  }

  async restart(changes: ProcessOptions = {}): Promise<void> {
    await this.kill();
    await this.start(changes);
  }

  #prepareStandby(): void {
    if (this.#standby !== undefined || this.#isRemoved) return;
    const next = this.#fork();
    this.#standby = next;
    this.#standbyReady = new Promise((resolve) => next.once("message", () => resolve()));
  }

  /** A process that waits for `StartOptions`. */
  #fork(): ChildProcess {
    return fork(join(import.meta.dirname, "serverMain.ts"), [], {
      env: { ...process.env, NODE_COMPILE_CACHE: join(this.#dir, "compiled") },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      serialization: "advanced",
    });
  }

  /** Ends it for good. */
  async remove(): Promise<void> {
    this.#isRemoved = true;
    this.#standby?.kill("SIGKILL");
    await this.kill();
    await rm(this.#dir, { recursive: true, force: true });
  }
}
