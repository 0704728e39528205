import { createLogUpdate } from "log-update";
import type { Terminal } from "../output.ts";
import { Progress } from "../progress.ts";
import { describeLine, describeLive, describeStep } from "./describe.ts";
import type { JudgedStep } from "./findKnee.ts";
import { LINE_MS, REDRAW_MS } from "./limits.ts";
import type { LiveStatus } from "./loadRun.ts";
import type { LoginProgress } from "./openSessions.ts";

/** What a person sees meanwhile: a picture on a terminal, lines in a log. */
export class LoadView {
  readonly #terminal: Terminal;
  readonly #title: string;
  readonly #logins: Progress;
  readonly #draw: ReturnType<typeof createLogUpdate> | undefined;
  #timer: NodeJS.Timeout | undefined;

  constructor(terminal: Terminal, title: string) {
    this.#terminal = terminal;
    this.#title = title;
    this.#logins = new Progress({ terminal, label: "logging in", nowMs: () => performance.now() });
    if (terminal.isTTY === true) {
      this.#draw = createLogUpdate(terminal as NodeJS.WriteStream, { showCursor: true });
    }
  }

  login({ done, total, heldBy }: LoginProgress): void {
    this.#logins.update(done, total, heldBy === undefined ? "" : `the server holds it: ${heldBy}`);
    if (done === total) this.#logins.end();
  }

  /** Shows the moment again and again, until `end`. */
  watch(live: () => LiveStatus): void {
    const show = () => {
      const status = live();
      if (this.#draw === undefined) this.#terminal.write(`${describeLine(status)}\n`);
      else this.#draw(describeLive(this.#title, status).join("\n"));
    };
    this.#timer = setInterval(show, this.#draw === undefined ? LINE_MS : REDRAW_MS);
  }

  step(step: JudgedStep): void {
    this.#draw?.clear();
    this.#terminal.write(`${describeStep(step)}\n`);
  }

  /** Takes the picture away. */
  end(): void {
    clearInterval(this.#timer);
    this.#logins.end();
    this.#draw?.clear();
  }
}
