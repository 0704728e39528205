import { schema, t } from "@colyseus/schema";
import { describe, expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { action, defineGame } from "./defineGame.ts";
import { gameHash } from "./gameHash.ts";
import { sampleGame } from "./sampleGame.ts";
import type { Game, GameActions, GameContext, GameState, Player } from "./types.ts";

const State = schema({ x: t.number().default(0) }, "State");

const valid = {
  name: "probe",
  state: State,
  tickRateHz: 30,
  round: { seconds: 60, maxMints: 1 },
  actions: {
    move: { input: z.object({ dx: z.int().min(-1).max(1) }), run() {} },
    stop: { input: z.null(), run() {} },
  },
  report: () => ({ results: null, mints: [] }),
};

describe("defineGame", () => {
  test("fills in what is left out", () => {
    expect(defineGame(valid)).toMatchObject({
      version: 1,
      minPlayers: 1,
      maxPlayers: 8,
      login: ["wallet", "ownership"],
      season: 0,
    });
  });

  const mistakes: [string, object][] = [
    ["name", { name: "" }],
    ["name", { name: "2fast" }],
    ["name", { name: "a b" }],
    ["name", { name: "x".repeat(65) }],
    ["version", { version: 0 }],
    ["version", { version: 1.5 }],
    ["tickRateHz", { tickRateHz: 0 }],
    ["tickRateHz", { tickRateHz: 121 }],
    ["tickRateHz", { tickRateHz: Number.NaN }],
    ["maxPlayers", { maxPlayers: 257 }],
    ["minPlayers", { minPlayers: 9 }],
    ["season", { season: -1 }],
    ["season", { season: 2 ** 32 }],
    ["login", { login: [] }],
    ["login", { login: ["wallet", "wallet"] }],
    ["login", { login: ["telepathy"] as never }],
    ["round.seconds", { round: { seconds: 0, maxMints: 0 } }],
    ["round.seconds", { round: { seconds: 86_401, maxMints: 0 } }],
    ["round.maxMints", { round: { seconds: 1, maxMints: 257 } }],
    [
      "round.maxMintsWithoutQuorum",
      { round: { seconds: 1, maxMints: 1, maxMintsWithoutQuorum: 2 } },
    ],
    ["round.maxMintsPerDay", { round: { seconds: 1, maxMints: 1, maxMintsPerDay: 2 ** 32 } }],
    ["round.items[1]", { round: { seconds: 1, maxMints: 1, items: ["a", "x".repeat(32)] } }],
    ["round.items[0]", { round: { seconds: 1, maxMints: 1, items: [""] } }],
    ["round.items", { round: { seconds: 1, maxMints: 1, items: ["a", "a"] } }],
    ["report", { report: undefined }],
    ["tick", { tick: async () => {} }],
    ["onJoin", { onJoin: 7 }],
    // biome-ignore lint/suspicious/noThenProperty: that it would be one is the point
    ["actions.then", { actions: { then: valid.actions.move } }],
    ["actions.toString", { actions: { toString: valid.actions.move } }],
    ["actions.a b", { actions: { "a b": valid.actions.move } }],
    ["actions.a.input", { actions: { a: { input: {}, run() {} } } }],
    ["actions.a.run", { actions: { a: { input: z.null(), async run() {} } } }],
    ["actions.a.run", { actions: { a: { input: z.null() } } }],
    ["state", { state: class {} }],
    ["state", { state: undefined }],
    [
      "state",
      {
        state: schema(
          {
            initialize() {
              throw new Error("x");
            },
          },
          "Broken",
        ),
      },
    ],
  ];
  test.each(mistakes)("finds a mistake in %s: DEFINITION_INVALID", (path, mistake) => {
    expect(() => defineGame({ ...valid, ...mistake } as typeof valid)).toThrow(
      expect.objectContaining({ code: "DEFINITION_INVALID", details: { path } }),
    );
  });
});

describe("types", () => {
  test("of state and inputs follow from the definition", () => {
    defineGame({
      name: "typed",
      state: State,
      tickRateHz: 1,
      actions: {
        move: {
          input: z.object({ dx: z.string().transform(Number) }),
          run(ctx, player, input) {
            expectTypeOf(ctx.state.x).toEqualTypeOf<number>();
            expectTypeOf(player).toEqualTypeOf<Player>();
            expectTypeOf(input).toEqualTypeOf<{ dx: number }>();
          },
        },
        hop: action(z.int(), (ctx: GameContext<InstanceType<typeof State>>, player, input) => {
          expectTypeOf(ctx.state.x).toEqualTypeOf<number>();
          expectTypeOf(player).toEqualTypeOf<Player>();
          expectTypeOf(input).toEqualTypeOf<number>();
        }),
      },
      tick(ctx) {
        expectTypeOf(ctx.state.x).toEqualTypeOf<number>();
      },
    });
  });

  test("of what a client can do follow from the game", () => {
    const game = defineGame(valid);
    type Actions = GameActions<typeof game>;
    expectTypeOf<Actions["move"]>().toEqualTypeOf<(input: { dx: number }) => void>();
    expectTypeOf<Actions["stop"]>().toEqualTypeOf<(input?: null) => void>();
    expectTypeOf<keyof Actions>().toEqualTypeOf<"move" | "stop">();
    expectTypeOf<GameState<typeof game>>().toEqualTypeOf<InstanceType<typeof State>>();
    expectTypeOf<GameActions<typeof sampleGame>["bet"]>().toEqualTypeOf<(input: bigint) => void>();
  });

  test("of any game fit where any game is taken", () => {
    const games: Record<string, Game> = { sample: sampleGame, probe: defineGame(valid) };
    expect(Object.keys(games)).toHaveLength(2);
  });
});

describe("gameHash", () => {
  test("is the same for the same declaration, whatever the code and the order", () => {
    const { move, stop } = valid.actions;
    const same = defineGame({ ...valid, actions: { stop, move }, tick() {} });
    expect(gameHash(same)).toBe(gameHash(defineGame(valid)));
    expect(gameHash(defineGame(valid))).toMatchInlineSnapshot(
      `"0xceb0a2c52b5b528607f3d3a6d0f83b04ed2d1fbe99d63070ce92c25acca5ab79"`,
    );
  });

  test("is the same whatever the ZK chain allows the game's reports", () => {
    const round = { ...valid.round, maxMintsWithoutQuorum: 0, maxMintsPerDay: 5 };
    expect(gameHash(defineGame({ ...valid, round }))).toBe(gameHash(defineGame(valid)));
  });

  test("changes with everything else that is declared", () => {
    const { move } = valid.actions;
    const variants = [
      {},
      { name: "other" },
      { version: 2 },
      { tickRateHz: 20 },
      { minPlayers: 2 },
      { maxPlayers: 9 },
      { round: { seconds: 61, maxMints: 1 } },
      { round: { seconds: 60, maxMints: 0 } },
      { round: { seconds: 60, maxMints: 1, items: ["crown"] } },
      { round: undefined },
      { actions: { move } },
      { actions: { go: move } },
      { actions: { move: { ...move, input: z.object({ dx: z.int().min(-1).max(2) }) } } },
    ];
    const hashes = variants.map((variant) =>
      gameHash(defineGame({ ...valid, ...variant } as typeof valid)),
    );
    expect(new Set(hashes).size).toBe(variants.length);
  });
});
