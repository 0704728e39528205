import { Encoder } from "@colyseus/schema";
import type { LeaveReason, Value } from "@weft/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createGameInstance } from "./createGameInstance.ts";
import { sampleGame } from "./sampleGame.ts";
import { hashOf } from "./testing.ts";
import type { GameInstance, GameState } from "./types.ts";

type Instance = GameInstance<GameState<typeof sampleGame>>;

type Step =
  | { type: "join"; seat: number }
  | { type: "leave"; seat: number; reason: LeaveReason }
  | { type: "frame"; seat: number; action: string; input: Value }
  | { type: "tick"; elapsedMs: number }
  | { type: "roundOpen"; seed: number }
  | { type: "roundClose" }
  /** Colyseus sends a patch, or drops it: no event of the room. */
  | { type: "patch" };

const seat = fc.nat({ max: 5 });
const garbage: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.double(),
  fc.bigInt(),
  fc.string({ unit: "binary" }),
  fc.uint8Array({ maxLength: 4 }),
  fc.array(fc.integer(), { maxLength: 3 }),
  fc.dictionary(fc.string(), fc.integer(), { maxKeys: 3 }),
);
const valid: fc.Arbitrary<{ action: string; input: Value }> = fc.oneof(
  fc.record({
    action: fc.constant("draw"),
    input: fc.record({ count: fc.integer({ min: 1, max: 3 }) }),
  }),
  fc.record({ action: fc.constant("discard"), input: fc.record({ index: fc.nat({ max: 4 }) }) }),
  fc.record({ action: fc.constant("bet"), input: fc.bigInt({ min: 1n, max: 2n ** 70n }) }),
  // Astral characters, so that cutting the text leaves lone surrogates.
  fc.record({ action: fc.constant("mark"), input: fc.string({ unit: "grapheme", maxLength: 9 }) }),
  fc.record({ action: fc.constantFrom("shuffle", "trip"), input: fc.constant(null) }),
);
const invalid = fc.record({
  action: fc.oneof(
    fc.constantFrom("draw", "discard", "bet", "mark", "shuffle", "trip"),
    fc.constantFrom("constructor", "__proto__", "toString", "then", ""),
    fc.string(),
  ),
  input: garbage,
});

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ type: fc.constant("join"), seat }),
  fc.record({ type: fc.constant("leave"), seat, reason: fc.constantFrom("left", "unsealed") }),
  fc
    .tuple(seat, fc.oneof(valid, invalid))
    .map(([seat, frame]): Step => ({ type: "frame", seat, ...frame })),
  fc.record({ type: fc.constant("tick"), elapsedMs: fc.nat({ max: 200 }) }),
  fc.record({ type: fc.constant("roundOpen"), seed: fc.nat() }),
  fc.constant<Step>({ type: "roundClose" }),
  fc.constant<Step>({ type: "patch" }),
) as fc.Arbitrary<Step>;

/** Drives one instance as a host would, which never sends it an event that its ledger would refuse. */
class Driver {
  readonly instance: Instance;
  readonly outcomes: unknown[] = [];
  readonly #encoder: Encoder | undefined;
  readonly #laneOf = new Map<number, number>();
  #lanes = 0;

  constructor(options: { guards: boolean; encodes: boolean }) {
    this.instance = createGameInstance(sampleGame, {
      room: "0x00000000000000000000000000000000000000aa",
      seed: hashOf(7),
      guards: options.guards,
      onError: (error) => this.outcomes.push(error.message),
    });
    if (options.encodes) this.#encoder = new Encoder(this.instance.state);
  }

  apply(step: Step): void {
    const { instance } = this;
    const lane = "seat" in step ? this.#laneOf.get(step.seat) : undefined;
    switch (step.type) {
      case "join":
        if (lane !== undefined || instance.players.length >= sampleGame.maxPlayers) return;
        instance.join({ lane: this.#lanes, sessionId: hashOf(step.seat), payout: "0x01" });
        this.#laneOf.set(step.seat, this.#lanes++);
        return;
      case "leave":
        if (lane === undefined) return;
        this.#laneOf.delete(step.seat);
        instance.leave(lane, step.reason);
        return;
      case "frame":
        if (lane === undefined) return;
        this.outcomes.push(
          instance.frame(lane, { seq: 1, action: step.action, input: step.input }),
        );
        return;
      case "tick":
        instance.tick(instance.nowMs + step.elapsedMs);
        return;
      case "patch":
        this.#sendPatch();
        return;
      default:
        this.#turnRound(step);
    }
  }

  #turnRound(step: Step): void {
    const { instance } = this;
    if (step.type === "roundOpen" && instance.round === undefined) {
      instance.roundOpen({ roundId: hashOf(1), cap: 1, deadlineMs: 1, seed: hashOf(step.seed) });
    }
    if (step.type === "roundClose" && instance.round !== undefined) {
      this.outcomes.push(instance.report());
      instance.roundClose();
    }
  }

  #sendPatch(): void {
    this.#encoder?.encode();
    this.#encoder?.discardChanges();
  }
}

describe("the same events give the same state", () => {
  test("on two instances, with and without guards and patches, and in a replay", () => {
    fc.assert(
      fc.property(fc.array(step, { minLength: 10, maxLength: 120 }), (steps) => {
        const host = new Driver({ guards: true, encodes: true });
        const other = new Driver({ guards: false, encodes: false });
        for (const one of steps) {
          host.apply(one);
          other.apply(one);
          expect(other.instance.stateHash()).toBe(host.instance.stateHash());
        }
        const replay = new Driver({ guards: false, encodes: false });
        for (const one of steps) replay.apply(one);
        expect(replay.instance.stateHash()).toBe(host.instance.stateHash());
        expect(replay.outcomes).toEqual(host.outcomes);
        expect(other.outcomes).toEqual(host.outcomes);
      }),
      { numRuns: 150 },
    );
  });

  test("another seed, another event or another order gives another hash", () => {
    const run = (steps: Step[]) => {
      const driver = new Driver({ guards: false, encodes: false });
      for (const one of steps) driver.apply(one);
      return driver.instance.stateHash();
    };
    const join = (seat: number): Step => ({ type: "join", seat });
    const hashes = [
      run([]),
      run([join(0)]),
      run([join(0), join(1)]),
      run([join(1), join(0)]),
      run([join(0), { type: "tick", elapsedMs: 0 }]),
      run([join(0), { type: "tick", elapsedMs: 1 }]),
      run([join(0), { type: "roundOpen", seed: 1 }]),
      run([join(0), { type: "roundOpen", seed: 2 }]),
    ];
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});
