import { createHash } from "node:crypto";

/** All that happened, one line each. Two runs of a seed give the same lines, to the byte. */
export class Trace {
  readonly #hash = createHash("sha256");
  readonly #nowMs: () => number;
  readonly #write: ((line: string) => void) | undefined;
  lines = 0;

  constructor(nowMs: () => number, write?: (line: string) => void) {
    this.#nowMs = nowMs;
    this.#write = write;
  }

  add(text: string): void {
    const line = `${this.#nowMs().toFixed(3)} ${text}\n`;
    this.lines++;
    this.#hash.update(line);
    this.#write?.(line);
  }

  /** Of all lines; afterwards nothing more can be added. */
  digest(): string {
    return this.#hash.digest("hex");
  }
}
