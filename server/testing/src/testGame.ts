import { type SchemaType, schema, t } from "@colyseus/schema";
import { defineGame } from "@weft/game";
import { z } from "zod";

const Runner = schema(
  { x: t.int32().default(0), marks: t.set("string"), log: t.array("number") },
  "Runner",
);
const RaceState = schema(
  {
    runners: t.map(Runner),
    pot: t.bigint64().default(0n),
    ticks: t.uint32().default(0),
    note: t.string().optional(),
  },
  "RaceState",
);
export type RaceState = SchemaType<typeof RaceState>;

/** What a change of the game's code may change. */
export type RaceRules = {
  readonly step?: number;
  readonly rollTwice?: boolean;
  readonly maxSteps?: number;
  readonly maxPlayers?: number;
  readonly prize?: "crown" | "medal";
  /** Something outside the state that the game looks at. */
  readonly outside?: () => number;
};

/** For tests: the same game, and what it could be after a change of its code. */
export function createRace(rules: RaceRules = {}) {
  const { step = 1, rollTwice = false, maxSteps = 3, maxPlayers = 4, prize = "crown" } = rules;
  return defineGame({
    name: "race",
    state: RaceState,
    tickRateHz: 10,
    maxPlayers,
    round: { seconds: 1, maxMints: 1, items: ["crown", "medal"] },
    actions: {
      run: {
        input: z.object({ steps: z.int().min(1).max(maxSteps) }),
        run(ctx, player, { steps }) {
          const runner = ctx.state.runners.get(player.id);
          if (runner === undefined) return;
          if (rollTwice) ctx.random.int(0, 1);
          runner.x += steps * step * ctx.random.int(1, 2) + (rules.outside?.() ?? 0);
          runner.log.push(steps);
        },
      },
      mark: {
        input: z.string().max(5),
        run(ctx, player, text) {
          ctx.state.runners.get(player.id)?.marks.add(text);
          ctx.state.pot += 5n;
        },
      },
      trip: {
        input: z.null(),
        run() {
          throw new Error("tripped");
        },
      },
      stop: {
        input: z.null(),
        run(ctx) {
          ctx.endRound();
        },
      },
    },
    onJoin(ctx, player) {
      ctx.state.runners.set(player.id, new Runner());
    },
    onLeave(ctx, player) {
      ctx.state.runners.delete(player.id);
    },
    tick(ctx) {
      ctx.state.ticks++;
      if (ctx.state.ticks === 77) throw new Error("the 77th tick");
    },
    report(ctx) {
      const far = (id: string) => ctx.state.runners.get(id)?.x ?? 0;
      const [first] = [...ctx.players].sort((a, b) => far(b.id) - far(a.id) || a.lane - b.lane);
      return {
        results: { far: ctx.players.map(({ id }) => far(id)) },
        mints: first === undefined ? [] : [{ to: first, item: prize }],
      };
    },
  });
}

export const race = createRace();
