import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";

type Questions = Record<string, { with: unknown; answer: unknown }>;
type Reply = { readonly answer?: unknown; readonly problem?: string };

/** A process that answers questions, one after another. */
export class Questioned<Q extends Questions> {
  readonly #child: ChildProcess;
  readonly #exited: Promise<never>;

  /** @param wrapper Runs Node, whose path comes first in its arguments; see "Measured" in the README of rooms. */
  constructor(file: string, wrapper?: string) {
    const node = [...process.execArgv, "--expose-gc"];
    this.#child = fork(join(import.meta.dirname, file), [], {
      ...(wrapper === undefined
        ? { execArgv: node }
        : { execPath: wrapper, execArgv: [process.execPath, ...node] }),
      env: { ...process.env, NODE_ENV: "production" },
      stdio: ["ignore", "ignore", "inherit", "ipc"],
      serialization: "advanced",
    });
    this.#exited = once(this.#child, "exit").then(([code, signal]) => {
      throw new Error(`${file} ended with ${code ?? signal}`);
    });
    this.#exited.catch(() => {});
  }

  async ask<Name extends keyof Q & string>(
    name: Name,
    asked: Q[Name]["with"],
  ): Promise<Q[Name]["answer"]> {
    const replied = once(this.#child, "message");
    this.#child.send({ name, asked });
    const [reply] = (await Promise.race([replied, this.#exited])) as [Reply];
    if (reply.problem !== undefined) throw new Error(`${name}: ${reply.problem}`);
    return reply.answer;
  }

  /** Resolves when it is gone. */
  async end(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      this.#child.kill("SIGKILL");
    }
    await this.#exited.catch(() => {});
  }
}
