import { Decoder, Encoder, type SchemaType, schema, t } from "@colyseus/schema";
import { decodeValue, encodeValue } from "@weft/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { restoreGameInstance } from "./createGameInstance.ts";
import { defineGame } from "./defineGame.ts";
import { sampleGame } from "./sampleGame.ts";
import { hashOf, payoutOf, startGame } from "./testing.ts";
import type { Game, GameInstance } from "./types.ts";

const Part = schema({ hp: t.int32().default(3), name: t.string().optional() }, "Part");
const Engine = Part.extend({ power: t.float64().default(1) }, "Engine");
const BenchState = schema(
  {
    parts: t.map(Part),
    order: t.array(Part),
    tags: t.set("string"),
    bag: t.collection("number"),
    main: t.ref(Engine),
    note: t.string().default("new"),
    total: t.biguint64().default(0n),
    target: t.ref(Part).noSync().optional(),
    grid: t
      .ref(Int16Array)
      .noSync()
      .default(() => new Int16Array([1, -2, 3])),
    memory: t
      .ref(Map)
      .noSync()
      .default(() => new Map()),
  },
  "BenchState",
);
type Bench = SchemaType<typeof BenchState>;

class Clock {
  #started = 5;
  get started() {
    return this.#started;
  }
}

/** A game whose state holds every kind of thing. */
const bench = defineGame({
  name: "bench",
  state: BenchState,
  tickRateHz: 10,
  round: { seconds: 1, maxMints: 0 },
  actions: {
    own: { input: z.null(), run: (ctx) => void ctx.state.memory.set("clock", new Clock()) },
    play: {
      input: z.null(),
      run(ctx) {
        const { state } = ctx;
        const engine = new Engine({ hp: ctx.random.int(1, 9), power: ctx.random.float() });
        state.parts.set(`k${ctx.random.int(0, 5)}`, ctx.random.chance(0.5) ? engine : new Part());
        state.target = ctx.random.pick([...state.parts.values()]);
        state.order.push(state.target);
        if (state.order.length > 4) state.order.splice(ctx.random.int(0, 3), 1);
        state.tags.add(`t${ctx.random.int(0, 9)}`);
        state.bag.add(ctx.random.int(0, 9));
        state.note = ctx.random.chance(0.3) ? (undefined as never) : "\ud800 cut";
        state.total += 2n ** 40n;
        state.grid[1] = ctx.random.int(-99, 99);
        state.memory.set(`m${ctx.random.int(0, 3)}`, {
          list: [1, undefined],
          set: new Set([ctx.nowMs]),
        });
      },
    },
    hit: {
      input: z.null(),
      // Through the field that isn't synchronized: it must be the very part that is in the map.
      run: ({ state }) => void (state.target !== undefined && state.target.hp--),
    },
  },
});

const restore = <State extends Bench>(game: Game<never, never>, of: GameInstance<State>) =>
  restoreGameInstance(
    game,
    { room: payoutOf(0xaa), seed: hashOf(0), guards: true },
    of.snapshot(),
  ) as unknown as GameInstance<State>;

const anyStep = fc.constantFrom("play", "hit", "tick", "round", "leave");

function run(instance: GameInstance<Bench>, steps: readonly string[], fromMs: number): void {
  steps.forEach((step, index) => {
    if (step === "tick") instance.tick(fromMs + index);
    else if (step === "round") {
      if (instance.round !== undefined) instance.roundClose();
      else instance.roundOpen({ roundId: hashOf(1), cap: 1, deadlineMs: 9, seed: hashOf(index) });
    } else if (step === "leave") {
      const [first] = instance.players;
      if (first !== undefined && instance.players.length > 1) instance.leave(first.lane, "left");
    } else instance.frame(3, { seq: 1, action: step, input: null });
  });
}

describe("a snapshot", () => {
  test("restores to the same hash, and to the same future", () => {
    fc.assert(
      fc.property(fc.array(anyStep), fc.array(anyStep, { minLength: 1 }), (before, after) => {
        const { instance } = startGame(bench, { players: 4 });
        run(instance, before, 0);
        const restored = restore(bench as never, instance);
        expect(restored.stateHash()).toBe(instance.stateHash());
        expect(restored.players).toEqual(instance.players);
        expect(restored.round?.ticksLeft).toBe(instance.round?.ticksLeft);
        for (const one of [instance, restored]) run(one, after, before.length);
        expect(restored.stateHash()).toBe(instance.stateHash());
      }),
    );
  });

  test("restores a state whose patches reach clients as those of the first did", () => {
    const { instance } = startGame(bench, { players: 4 });
    run(instance, ["play", "play", "play"], 0);
    const restored = restore(bench as never, instance);
    const encoder = new Encoder(restored.state);
    const client = new BenchState();
    const decoder = new Decoder(client);
    decoder.decode(encoder.encodeAll());
    encoder.discardChanges();
    expect(client.parts.size).toBe(instance.state.parts.size);
    restored.state.parts.set("late", new Engine({ hp: 77 }));
    decoder.decode(encoder.encode());
    expect(client.parts.get("late")?.hp).toBe(77);
    expect(client.order.toJSON()).toEqual(instance.state.order.toJSON());
  });

  test("works for the sample game too, in the middle of a round", () => {
    const { instance, act, open } = startGame(sampleGame, { players: 2 });
    open();
    act(0, "draw", { count: 3 });
    act(1, "mark", "a mark");
    instance.tick(5);
    const options = { room: payoutOf(0xaa), seed: hashOf(0), guards: true };
    const restored = restoreGameInstance(sampleGame, options, instance.snapshot());
    for (const one of [instance, restored]) {
      one.frame(0, { seq: 2, action: "shuffle", input: null });
      one.tick(9);
    }
    expect(restored.stateHash()).toBe(instance.stateHash());
    expect(restored.report()).toEqual(instance.report());
  });

  test("SNAPSHOT_UNSUPPORTED for objects that hold what can't be seen", () => {
    const { instance, act } = startGame(bench, { players: 1 });
    act(0, "own");
    expect(() => instance.snapshot()).toThrow(
      expect.objectContaining({
        code: "SNAPSHOT_UNSUPPORTED",
        details: { path: "state.memory.clock" },
      }),
    );
  });

  test("SNAPSHOT_INVALID for bytes that aren't one, whatever they are", () => {
    const { instance } = startGame(bench, { players: 4 });
    run(instance, ["play", "play"], 0);
    const options = { room: payoutOf(0xaa), seed: hashOf(0) };
    const restoring = (bytes: Uint8Array) => () => restoreGameInstance(bench, options, bytes);
    const refused = expect.objectContaining({ code: "SNAPSHOT_INVALID" });
    expect(restoring(Uint8Array.of())).toThrow(refused);
    expect(restoring(encodeValue({ tick: -1 }))).toThrow(refused);
    const saved = decodeValue(instance.snapshot()) as { state: unknown[] };
    for (const state of [["schema", 99], ["same", 3], ["Date"], ["schema", 1]]) {
      expect(restoring(encodeValue({ ...saved, state } as never))).toThrow(refused);
    }
  });

  test("of another state comes out with another hash, if at all", () => {
    const { instance } = startGame(bench, { players: 4 });
    run(instance, ["play", "tick"], 0);
    const saved = decodeValue(instance.snapshot()) as { [key: string]: never };
    for (const change of [{ tick: 7 }, { nowMs: 3 }, { random: [1, 2, 3, 4] }, { players: [] }]) {
      const bytes = encodeValue({ ...saved, ...change });
      const restored = restoreGameInstance(bench, { room: payoutOf(1), seed: hashOf(0) }, bytes);
      expect(restored.stateHash()).not.toBe(instance.stateHash());
    }
  });
});
