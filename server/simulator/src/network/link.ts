import type { Lifetime } from "../core/lifetime.ts";
import type { Random } from "../core/random.ts";
import type { Weather } from "./network.ts";

/**
 * `firm` messages come in order, or not at all when the connection breaks. `droppable` ones may be missing, as a
 * transport leaves them out that is under pressure. `loose` ones may be missing, come twice or overtake each other.
 */
export type Firmness = "firm" | "droppable" | "loose";

export type LinkMessage = { readonly name: string; readonly body: unknown };

/** One end's ears. */
export type LinkEnd = {
  onMessage(message: LinkMessage): void;
  onClosed(code: number, reason: string): void;
};

type Side = "client" | "server";
type HeldUp = { readonly to: Side; readonly deliver: () => void };

export type LinkOptions = {
  readonly name: string;
  readonly life: Lifetime;
  readonly random: Random;
  readonly weather: Weather;
  readonly isCutOff: () => boolean;
  readonly onGone: () => void;
  readonly trace: (text: string) => void;
};

/** What a WebSocket's end without a word looks like. */
const ABNORMAL_CLOSURE = 1006;
/** How long an end takes to notice that the other one is gone. */
const MAX_NOTICE_MS = 400;
const REORDER_MS = 120;

/** One connection. Each end learns at its own time that it is over. */
export class Link {
  readonly name: string;
  readonly #options: LinkOptions;
  readonly #ends: Partial<Record<Side, LinkEnd>> = {};
  readonly #isOpen: Record<Side, boolean> = { client: true, server: true };
  /** When the newest firm message to a side arrives: none overtakes it. */
  readonly #arrivalMs: Record<Side, number> = { client: 0, server: 0 };
  #heldUp: HeldUp[] = [];
  #isBroken = false;

  constructor(options: LinkOptions) {
    this.name = options.name;
    this.#options = options;
  }

  attach(side: Side, end: LinkEnd): void {
    this.#ends[side] = end;
  }

  isOpen(side: Side): boolean {
    return this.#isOpen[side];
  }

  send(from: Side, message: LinkMessage, firmness: Firmness): void {
    if (!this.#isOpen[from] || this.#isBroken) return;
    const to = from === "client" ? "server" : "client";
    const { random, weather, trace } = this.#options;
    const isLoose = firmness === "loose";
    if (firmness !== "firm" && random.chance(weather.drop)) {
      trace(`${this.name} lost ${message.name} to ${to}`);
      return;
    }
    const deliver = () => this.#ends[to]?.onMessage(message);
    const isReordered = isLoose && random.chance(weather.reorder);
    this.#deliverLater(to, deliver, isReordered);
    if (isLoose && random.chance(weather.duplicate)) this.#deliverLater(to, deliver, true);
  }

  /** One end closes: the other one gets what was sent before, then the code. */
  close(from: Side, code: number, reason: string): void {
    if (!this.#isOpen[from]) return;
    this.#isOpen[from] = false;
    if (this.#isBroken) return;
    const to = from === "client" ? "server" : "client";
    this.#deliverLater(to, () => this.#end(to, code, reason), false);
  }

  /** It is cut in the middle: what is under way is lost, and both ends notice, by and by. */
  break(): void {
    if (this.#isBroken) return;
    this.#isBroken = true;
    this.#heldUp = [];
    const { life, random } = this.#options;
    for (const side of ["client", "server"] as const) {
      life.after(random.between(0, MAX_NOTICE_MS), () =>
        this.#end(side, ABNORMAL_CLOSURE, "broken"),
      );
    }
  }

  deliverHeldUp(): void {
    for (const { to, deliver } of this.#heldUp.splice(0)) this.#deliverLater(to, deliver, false);
  }

  #deliverLater(to: Side, deliver: () => void, isReordered: boolean): void {
    const { life, random, weather } = this.#options;
    const latencyMs = random.between(weather.minLatencyMs, weather.maxLatencyMs);
    let atMs = life.monotonicMs() + latencyMs + (isReordered ? random.between(0, REORDER_MS) : 0);
    if (!isReordered) {
      atMs = Math.max(atMs, this.#arrivalMs[to]);
      this.#arrivalMs[to] = atMs;
    }
    life.after(atMs - life.monotonicMs(), () => {
      if (this.#isBroken || !this.#isOpen[to]) return;
      if (this.#options.isCutOff()) this.#heldUp.push({ to, deliver });
      else deliver();
    });
  }

  #end(side: Side, code: number, reason: string): void {
    if (!this.#isOpen[side]) return;
    this.#isOpen[side] = false;
    this.#options.trace(`${this.name} closed for ${side}: ${code} ${reason}`);
    if (!this.#isOpen.client && !this.#isOpen.server) this.#options.onGone();
    this.#ends[side]?.onClosed(code, reason);
  }
}
