import { schema, t } from "@colyseus/schema";
import { action, defineGame } from "@weft/game";
import { z } from "zod";

/** Objects that come and go, which clients know by numbers of Colyseus's. */
const Addition = schema({ by: t.number() }, "Addition");
const KEPT_ADDITIONS = 3;

const TallyState = schema(
  {
    counts: t.map("number"),
    /** The newest ones. */
    additions: t.array(Addition),
    tick: t.number().default(0),
    clockMs: t.number().default(0),
  },
  "TallyState",
);

export type TallyOptions = {
  readonly version?: number;
  readonly seconds?: number;
  readonly minPlayers?: number;
  readonly maxPlayers?: number;
  readonly maxMints?: number;
  /** Prizes that the report asks for, over the cap or not. */
  readonly prizes?: number;
};

/** Players count up. When the round ends, whoever counted highest wins. */
export function createTally(options: TallyOptions = {}) {
  const { version = 1, seconds = 1, minPlayers = 2, maxMints = 2, prizes = 1 } = options;
  const { maxPlayers = 6 } = options;
  return defineGame({
    name: "tally",
    version,
    state: TallyState,
    tickRateHz: 30,
    minPlayers,
    maxPlayers,
    round: { seconds, maxMints },
    actions: {
      add: {
        input: z.object({ by: z.int().min(1).max(10) }),
        run(ctx, player, { by }) {
          const { counts, additions } = ctx.state;
          counts.set(player.id, (counts.get(player.id) ?? 0) + by);
          additions.push(new Addition({ by }));
          if (additions.length > KEPT_ADDITIONS) additions.shift();
        },
      },
      finish: action(z.null(), (ctx) => ctx.endRound()),
      break: action(z.null(), () => {
        throw new Error("broken on purpose");
      }),
    },
    onJoin(ctx, player) {
      ctx.state.counts.set(player.id, 0);
    },
    onLeave(ctx, player) {
      ctx.state.counts.delete(player.id);
    },
    tick(ctx) {
      ctx.state.tick = ctx.tick;
      ctx.state.clockMs = ctx.nowMs;
    },
    report(ctx) {
      const standings = ctx.players
        .map((player) => ({ player, count: ctx.state.counts.get(player.id) ?? 0 }))
        .sort((a, b) => b.count - a.count || a.player.lane - b.player.lane);
      const winners = standings.slice(0, 1).map(({ player }) => player);
      return {
        results: standings.map(({ player, count }) => ({ id: player.id, count })),
        mints: winners.flatMap((to) =>
          Array.from({ length: prizes }, () => ({ to, item: "crown" })),
        ),
      };
    },
  });
}
