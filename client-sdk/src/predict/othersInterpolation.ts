import type { Schema } from "@colyseus/schema";
import { type FieldSmoothing, Predict } from "@colyseus/sdk/predict";
import { type Entity, type EntityField, entitiesOf, pairsOf } from "./entities.ts";

/** Where a state's changes can be listened to: a Colyseus room, or a decoder. */
export type StateSource = Parameters<typeof Predict.get>[0];

export type OthersOptions = {
  readonly source: StateSource;
  readonly fields: readonly EntityField[];
  readonly tickMs: number;
  readonly snap: number;
  readonly delayMs: number;
};

/** An entity's fields that haven't changed since they are listened to, and what is in them. */
type Still = Map<string, unknown>;

/** Colyseus takes a longer pause between two changes for standing still: patches are this far apart, slowly forgotten. */
const FORGOTTEN_TICKS = 0.25;

/**
 * What isn't the player's own, between the server's last states: Colyseus's interpolation, with the room's ticks for
 * time. They are when things happened, whatever happened to patches on their way.
 */
export class OthersInterpolation {
  readonly #fields: readonly EntityField[];
  readonly #predict: Predict;
  readonly #tickMs: number;
  readonly #delayMs: number;
  readonly #snap: number;
  readonly #listened = new Map<Entity, Still>();
  #tick: number;
  #drawnMs = 0;
  #patchTicks = 1;

  /** @param tick The tick that the source's state is of. */
  constructor({ source, fields, tickMs, snap, delayMs }: OthersOptions, tick: number) {
    this.#fields = fields;
    this.#tickMs = tickMs;
    this.#delayMs = delayMs;
    this.#snap = snap;
    this.#tick = tick;
    this.#predict = Predict.get(source, { mode: "lerp", delay: delayMs, clock: this.#clock() });
  }

  /** The next patch shows tick `tick`. */
  expect(tick: number): void {
    this.#patchTicks = Math.max(1, this.#patchTicks - FORGOTTEN_TICKS, tick - this.#tick);
    this.#tick = tick;
  }

  /** A patch came. */
  see(state: Schema): void {
    const present = new Map<Entity, EntityField>();
    for (const field of this.#fields) {
      for (const entity of entitiesOf(field, state)) present.set(entity, field);
    }
    // First, since the numbers that Colyseus knows them by are given anew.
    for (const entity of this.#listened.keys()) {
      if (present.has(entity)) continue;
      this.#predict.detach(entity);
      this.#listened.delete(entity);
    }
    for (const [entity, { fields }] of present) {
      let still = this.#listened.get(entity);
      if (still === undefined) {
        const names = [...fields.linear, ...fields.angles];
        still = new Map(names.map((name) => [name, entity[name]]));
        this.#listened.set(entity, still);
      }
      this.#listen(entity, still, fields.angles);
    }
  }

  /**
   * Colyseus notes changes. The first motion would be drawn over all the time that went before it, unless what stands
   * still is noted anew with each patch.
   */
  #listen(entity: Entity, still: Still, angles: readonly string[]): void {
    const config: Record<string, FieldSmoothing> = {};
    for (const [name, value] of still) {
      if (entity[name] !== value) still.delete(name);
      else if (angles.includes(name)) config[name] = { mode: "lerp", angle: true };
      else config[name] = { mode: "lerp", snap: this.#snap };
    }
    if (still.size > 0) this.#predict.attach(entity, config as object);
  }

  /**
   * Draws tick `tick`, with fractions, into `drawn`, a copy of the state.
   * @param except The player's own, which is drawn otherwise.
   */
  draw(tick: number, nowMs: number, state: Schema, drawn: Schema, except?: Entity): void {
    this.#drawnMs = this.#toMs(tick);
    this.#predict.tick(nowMs);
    for (const field of this.#fields) {
      const { linear, angles } = field.fields;
      for (const [entity, copy] of pairsOf(field, state, drawn)) {
        if (copy === except) continue;
        for (const name of linear) this.#write(entity, copy, name);
        for (const name of angles) this.#write(entity, copy, name);
      }
    }
  }

  stop(): void {
    this.#predict.dispose();
  }

  #write(entity: Entity, copy: Entity, name: string): void {
    const value = this.#predict.value(entity, name as never);
    if (copy[name] !== value) (copy as Record<string, unknown>)[name] = value;
  }

  /** Time 0 means to Colyseus that there is none. */
  #toMs(tick: number): number {
    return (tick + 1) * this.#tickMs;
  }

  #clock() {
    return {
      now: () => this.#drawnMs,
      serverNow: () => this.#drawnMs + this.#delayMs,
      rtt: () => 0,
      smoothedRtt: () => 0,
      jitter: () => 0,
      lastServerTime: () => this.#toMs(this.#tick),
      patchInterval: () => this.#patchTicks * this.#tickMs,
      sample: () => {},
    };
  }
}
