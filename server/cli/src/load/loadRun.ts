import { setTimeout as wait } from "node:timers/promises";
import { Fleet, type FleetOptions, type Tally } from "./fleet.ts";
import {
  type GeneratorHealth,
  type GeneratorMark,
  markGenerator,
  readGenerator,
} from "./generator.ts";
import { DRAIN_MS, DRAIN_POLL_MS, PACE_MS } from "./limits.ts";
import { type Measured, Meter } from "./meter.ts";
import { Pacer } from "./pacer.ts";

export type StepOptions = {
  /** So many are to play. */
  readonly clients: number;
  /** The time that those who are new take to come. */
  readonly growMs: number;
  /** Play that isn't measured yet. */
  readonly settleMs: number;
  /** Play that is. */
  readonly measureMs: number;
};

/** What was measured with so many clients. */
export type StepResult = Omit<Measured, "late"> & {
  readonly clients: number;
  /** Still, at the end. */
  readonly connected: number;
  readonly rooms: number;
  /** Clients that got no place; connections that were lost; refusals of any kind: since the beginning, by code. */
  readonly notJoined: Tally;
  readonly lost: Tally;
  readonly refusals: Tally;
  readonly bytesPerSecond: { readonly in: number; readonly out: number };
  readonly generator: GeneratorHealth;
};

/** What a picture of the moment shows. */
export type LiveStatus = {
  readonly phase: "joining" | "settling" | "measuring" | "draining";
  /** Of the phase, from 0 to 1; undefined where nobody knows. */
  readonly share: number | undefined;
  readonly clients: number;
  readonly of: number;
  readonly rooms: number;
  readonly lost: Tally;
  /** Of the time since the last picture. */
  readonly recent: Measured;
  readonly bytesPerSecond: { readonly in: number; readonly out: number };
  readonly generator: GeneratorHealth;
};

export type LoadRunOptions = Omit<FleetOptions, "meters" | "onJoined"> & {
  /** Actions of one client a second. */
  readonly rate: number;
};

type Phase = Pick<LiveStatus, "phase" | "of"> & {
  readonly fromMs: number;
  readonly lastsMs: number;
};
type Traffic = { readonly atMs: number; readonly bytesIn: number; readonly bytesOut: number };

/** Clients that play at a pace of their own, and what is measured of it. `failed` rejects when the bot does. */
export class LoadRun {
  readonly failed: Promise<never>;
  readonly #options: LoadRunOptions;
  readonly #fleet: Fleet;
  readonly #pacer: Pacer;
  readonly #timer: NodeJS.Timeout;
  #step: Meter | undefined;
  #recent: Meter;
  #recentMark: GeneratorMark;
  #recentTraffic: Traffic;
  #phase: Phase;
  #meters: readonly Meter[];

  constructor(options: LoadRunOptions) {
    const { nowMs, rate } = options;
    this.#options = options;
    this.#pacer = new Pacer(rate);
    this.#recent = createRecent(nowMs());
    this.#meters = [this.#recent];
    this.#recentMark = markGenerator();
    this.#phase = { phase: "joining", of: 0, fromMs: nowMs(), lastsMs: 0 };
    this.#fleet = new Fleet({
      ...options,
      meters: () => this.#meters,
      onJoined: (clients) => {
        this.#pace();
        this.#pacer.setClients(clients, nowMs());
      },
    });
    this.#recentTraffic = this.#traffic();
    let fail: (error: unknown) => void;
    this.failed = new Promise<never>((_, reject) => {
      fail = reject;
    });
    this.failed.catch(() => {});
    this.#timer = setInterval(() => {
      try {
        this.#pace();
      } catch (error) {
        clearInterval(this.#timer);
        fail(error);
      }
    }, PACE_MS);
  }

  /** @returns what was measured; undefined where it was called off before anything was */
  async step(options: StepOptions): Promise<StepResult | undefined> {
    return Promise.race([this.#runStep(options), this.failed]);
  }

  /** Of the time since this was asked for last. */
  live(): LiveStatus {
    const nowMs = this.#options.nowMs();
    const { phase, of, fromMs, lastsMs } = this.#phase;
    const recent = this.#recent.read(nowMs);
    const status: LiveStatus = {
      ...{ phase, of, recent },
      share: lastsMs === 0 ? undefined : Math.min(1, (nowMs - fromMs) / lastsMs),
      clients: this.#fleet.size,
      rooms: this.#fleet.rooms,
      lost: this.#fleet.lost,
      bytesPerSecond: this.#bytesSince(this.#recentTraffic),
      generator: readGenerator(this.#recentMark, recent.late),
    };
    this.#recent = createRecent(nowMs);
    this.#recentMark = markGenerator();
    this.#recentTraffic = this.#traffic();
    this.#setMeters();
    return status;
  }

  /** No more actions; clients leave. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#fleet.leave();
  }

  async #runStep(options: StepOptions): Promise<StepResult | undefined> {
    const { clients, growMs, settleMs, measureMs } = options;
    const { nowMs, signal } = this.#options;
    this.#enter("joining", clients, growMs);
    await this.#fleet.grow(clients, growMs);
    this.#enter("settling", clients, settleMs);
    await this.#pass(settleMs);
    if (signal.aborted) return undefined;
    this.#enter("measuring", clients, measureMs);
    const meter = new Meter(nowMs());
    const [mark, traffic] = [markGenerator(), this.#traffic()];
    this.#step = meter;
    this.#setMeters();
    await this.#pass(measureMs);
    // What is due goes out before the end is.
    this.#pace();
    const endMs = nowMs();
    meter.end(endMs);
    const bytesPerSecond = this.#bytesSince(traffic);
    const { late } = meter.read(endMs);
    const generator = readGenerator(mark, late);
    this.#enter("draining", clients, 0);
    await this.#drain(meter);
    this.#step = undefined;
    this.#setMeters();
    const { late: _late, ...measured } = meter.read(endMs);
    const { connected, rooms, notJoined, lost, refusals, size } = this.#fleet;
    return {
      ...{ clients: size, connected, rooms, ...measured },
      ...{ notJoined, lost, refusals, bytesPerSecond, generator },
    };
  }

  /** Waits for a time, or for what makes waiting useless. */
  async #pass(ms: number): Promise<void> {
    const { nowMs, signal } = this.#options;
    const untilMs = nowMs() + ms;
    while (nowMs() < untilMs && !signal.aborted && !this.#isOver) {
      await wait(Math.min(DRAIN_POLL_MS, Math.max(1, untilMs - nowMs())));
    }
  }

  /** Everybody came, and nobody is there any more. */
  get #isOver(): boolean {
    return this.#fleet.size > 0 && this.#fleet.connected === 0;
  }

  /** Until it is known of all actions of the step what became of them, or that nobody will say. */
  async #drain(meter: Meter): Promise<void> {
    const { nowMs } = this.#options;
    const untilMs = nowMs() + DRAIN_MS;
    while (meter.outstanding > 0 && nowMs() < untilMs && !this.#isOver) await wait(DRAIN_POLL_MS);
    if (meter.outstanding > 0) this.#fleet.giveUp();
  }

  #pace(): void {
    this.#pacer.take(this.#options.nowMs(), (client, dueMs) => this.#fleet.act(client, dueMs));
  }

  #enter(phase: LiveStatus["phase"], of: number, lastsMs: number): void {
    this.#phase = { phase, of, lastsMs, fromMs: this.#options.nowMs() };
  }

  #setMeters(): void {
    this.#meters = this.#step === undefined ? [this.#recent] : [this.#recent, this.#step];
  }

  #traffic(): Traffic {
    return { atMs: this.#options.nowMs(), ...this.#fleet.traffic() };
  }

  #bytesSince(before: Traffic): { readonly in: number; readonly out: number } {
    const now = this.#traffic();
    const seconds = Math.max(0.001, (now.atMs - before.atMs) / 1000);
    return {
      in: (now.bytesIn - before.bytesIn) / seconds,
      out: (now.bytesOut - before.bytesOut) / seconds,
    };
  }
}

/** Of the moment, whatever is heard of counts, also where it took longer than from one picture to the next. */
const createRecent = (nowMs: number) => new Meter(nowMs, Number.NEGATIVE_INFINITY);
