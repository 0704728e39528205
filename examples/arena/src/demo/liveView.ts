import { styleText } from "node:util";
import type { GameServer } from "@weft/rooms";
import { createLogUpdate } from "log-update";
import type { BotProgress } from "../bots/startBot.ts";
import type { LedgerMonitor } from "./ledgerMonitor.ts";
import type { Step, Steps } from "./steps.ts";

const REDRAW_MS = 125;
/** Where the output isn't a terminal, a line this often while something takes long. */
const LINE_MS = 5000;
const SPINNER = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"];
const BAR_WIDTH = 24;

/** Shows the demo while it happens, redrawn in place on a terminal and line by line elsewhere. */
export class LiveView {
  readonly #stream: NodeJS.WriteStream;
  readonly #steps: Steps;
  readonly #update: ReturnType<typeof createLogUpdate> | undefined;
  readonly #bots = new Map<string, BotProgress>();
  #server: GameServer | undefined;
  #url: string | undefined;
  #monitor: LedgerMonitor | undefined;
  #timer: NodeJS.Timeout | undefined;
  #frame = 0;

  constructor(stream: NodeJS.WriteStream, steps: Steps) {
    this.#stream = stream;
    this.#steps = steps;
    this.#update = stream.isTTY ? createLogUpdate(stream, { showCursor: true }) : undefined;
  }

  start(): void {
    const redraw = () => this.#update?.(this.#draw());
    const line = () => this.#stream.write(`  ${this.#status()}\n`);
    this.#timer = this.#update ? setInterval(redraw, REDRAW_MS) : setInterval(line, LINE_MS);
  }

  watch(server: GameServer, monitor: LedgerMonitor, url: string): void {
    this.#server = server;
    this.#url = url;
    if (this.#update === undefined) this.#stream.write(`${this.#address(url)}\n`);
    this.#monitor = monitor;
  }

  onBot(progress: BotProgress): void {
    this.#bots.set(progress.name, progress);
  }

  onStep(step: Step): void {
    if (this.#update === undefined && step.status !== "running") {
      this.#stream.write(`${this.#stepLine(step)}\n`);
    }
  }

  /** Leaves the last picture standing. */
  stop(): void {
    clearInterval(this.#timer);
    if (this.#update === undefined) return;
    this.#update(this.#draw());
    this.#update.done();
  }

  #style(format: Parameters<typeof styleText>[0], text: string): string {
    return styleText(format, text, { stream: this.#stream });
  }

  #draw(): string {
    this.#frame++;
    const title = this.#style("bold", "Weft") + this.#style("dim", "  one ledger, two chains");
    const steps = this.#steps.all.map((step) => this.#stepLine(step));
    const address = this.#url === undefined ? [] : [this.#address(this.#url), ""];
    return [
      "",
      ` ${title}`,
      "",
      ...address,
      ...this.#ledgerLines(),
      ...this.#botLines(),
      ...steps,
      "",
    ].join("\n");
  }

  #address(url: string): string {
    const arrow = this.#style("green", "➜");
    const explorer = `${this.#server?.node.rpc.url}/explorer`;
    return ` ${arrow} play at ${this.#style("bold", url)}\n ${arrow} watch the ledger at ${explorer}`;
  }

  #stepLine(step: Step): string {
    const { name, status, detail } = step;
    const ms = status === "running" ? Math.round(performance.now() - step.startedMs) : step.ms;
    const time = this.#style("dim", `${ms.toLocaleString("en")} ms`);
    if (status === "done") return ` ${this.#style("green", "✔")} ${name}  ${time}`;
    if (status === "failed") return ` ${this.#style("red", "✘")} ${name}  ${time}`;
    const spinner = SPINNER[this.#frame % SPINNER.length] ?? "";
    return ` ${this.#style("cyan", spinner)} ${name}  ${time}  ${detail}`;
  }

  #ledgerLines(): string[] {
    if (this.#monitor === undefined) return [];
    const view = this.#monitor.view();
    const number = (value: number) => this.#style("bold", value.toLocaleString("en"));
    const strip = view.recent
      .map((chain) => (chain === "fast" ? this.#style("cyan", "▪") : this.#style("magenta", "█")))
      .join("");
    return [
      ` ledger  height ${number(view.height)}, on disk to ${number(view.durableHeight)}, ${number(view.switches)} switches between chains`,
      ` chains  ${this.#style("cyan", "▪ fast")} ${number(view.fastBlocks)} blocks   ${this.#style("magenta", "█ ZK")} ${number(view.zkBlocks)} blocks   ${this.#roomLine()}`,
      ` order   ${strip}`,
      ` play    ${number(view.actions)} actions in the ledger, ${number(view.actionsPerSecond)} a second`,
      "",
    ];
  }

  #roomLine(): string {
    const room = this.#server?.rooms()[0];
    return room === undefined ? "" : this.#style("dim", `room ${room.roomId}: ${room.phase}`);
  }

  /** How far each player's actions have got: a bar per level, as parts of what was sent. */
  #botLines(): string[] {
    if (this.#bots.size === 0) return [];
    const legend = this.#style(
      "dim",
      `${" ".repeat(11)}${"applied".padEnd(BAR_WIDTH + 2)}${"sequenced (on disk)".padEnd(BAR_WIDTH + 2)}sealed`,
    );
    const rows = [...this.#bots.values()].map(({ name, sent, finality }) => {
      const { applied, sequenced, sealed } = finality;
      const bars = [applied, sequenced, sealed].map((done) =>
        this.#bar(done, Math.max(sent, applied)),
      );
      return ` ${name.padEnd(9)} ${bars.join("  ")}`;
    });
    return [legend, ...rows, ""];
  }

  #bar(done: number, total: number): string {
    const label = ` ${done}`;
    const width = BAR_WIDTH - 6;
    const filled = total === 0 ? 0 : Math.round((Math.min(done, total) / total) * width);
    return (
      this.#style("green", "━".repeat(filled)) +
      this.#style("dim", "─".repeat(width - filled)) +
      label.padEnd(6)
    );
  }

  #status(): string {
    const { name = "", detail = "" } = this.#steps.current ?? {};
    const running = detail === "" ? name : `${name} (${detail})`;
    const view = this.#monitor?.view();
    if (view === undefined) return `… ${running}`;
    return `… ${running}: height ${view.height}, ${view.fastBlocks} fast and ${view.zkBlocks} ZK blocks, ${view.actionsPerSecond} actions a second`;
  }
}
