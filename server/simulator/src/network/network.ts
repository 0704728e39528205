import type { Lifetime } from "../core/lifetime.ts";
import type { Random } from "../core/random.ts";
import { Link } from "./link.ts";

/** What the network does to messages; odds of each. */
export type Weather = {
  drop: number;
  duplicate: number;
  reorder: number;
  minLatencyMs: number;
  maxLatencyMs: number;
};

export type NetworkOptions = {
  /** Lasts as long as the simulation. */
  readonly life: Lifetime;
  readonly random: Random;
  readonly weather: Weather;
  readonly trace: (text: string) => void;
};

/** All that is between the players and the server. */
export class Network {
  readonly weather: Weather;
  readonly #options: NetworkOptions;
  readonly #links = new Set<Link>();
  /** Whom the server can't be reached from. */
  readonly #cutOff = new Set<string>();
  #count = 0;

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.weather = options.weather;
  }

  /** A new connection from somebody to the server. */
  connect(from: string): Link {
    const { life, random, trace } = this.#options;
    const link: Link = new Link({
      ...{ life, random, trace, weather: this.weather },
      name: `${from}#${this.#count++}`,
      isCutOff: () => this.#cutOff.has(from),
      onGone: () => this.#links.delete(link),
    });
    this.#links.add(link);
    return link;
  }

  isCutOff(from: string): boolean {
    return this.#cutOff.has(from);
  }

  cutOff(from: string): void {
    this.#cutOff.add(from);
  }

  /** What was held up arrives. */
  heal(): void {
    this.#cutOff.clear();
    for (const link of [...this.#links]) link.deliverHeldUp();
  }

  /** Connections break: those that match, or all. */
  breakLinks(matches: (name: string) => boolean = () => true): void {
    for (const link of [...this.#links]) if (matches(link.name)) link.break();
  }
}
