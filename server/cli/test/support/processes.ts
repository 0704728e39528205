import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { createInterface } from "node:readline";

const WEFT = join(import.meta.dirname, "..", "..", "bin", "weft.mjs");

/** A program that runs beside the test, and whose lines can be waited for. */
export class Running {
  readonly #child: ChildProcess;
  readonly #lines: string[] = [];
  readonly #exited: Promise<unknown[]>;
  #isOver = false;
  stderr = "";
  #wake: () => void = () => {};

  constructor(...argv: string[]) {
    this.#child = spawn(process.execPath, argv, { stdio: ["ignore", "pipe", "pipe"] });
    // Not when it exits: what it said may still be on its way then.
    this.#exited = once(this.#child, "close");
    createInterface({ input: this.#child.stdout as NodeJS.ReadableStream }).on("line", (line) => {
      this.#lines.push(line);
      this.#wake();
    });
    this.#child.stderr?.on("data", (text: Buffer) => {
      this.stderr += text.toString("utf8");
    });
    void this.#exited.then(() => {
      this.#isOver = true;
      this.#wake();
    });
  }

  static weft(...argv: string[]): Running {
    return new Running(WEFT, ...argv);
  }

  /** The next line that fits; lines before it are passed over. @throws Error when it ends before */
  async line(fits: (line: string) => boolean = () => true): Promise<string> {
    for (;;) {
      for (let line = this.#lines.shift(); line !== undefined; line = this.#lines.shift()) {
        if (fits(line)) return line;
      }
      if (this.#isOver) {
        throw new Error(`it ended without such a line: ${this.stderr}`);
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** The next JSON line with this event. */
  async event(name: string): Promise<Record<string, unknown>> {
    return JSON.parse(await this.line((line) => line.includes(`"event":"${name}"`)));
  }

  /** Nobody reads what it prints any more. */
  closeOutput(): void {
    this.#child.stdout?.destroy();
  }

  /** @returns what it exited with; null when the signal ended it */
  async end(signal?: NodeJS.Signals): Promise<number | null> {
    if (signal !== undefined) this.#child.kill(signal);
    const [code] = await this.#exited;
    return code as number | null;
  }
}
