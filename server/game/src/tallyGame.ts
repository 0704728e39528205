import { schema, t } from "@colyseus/schema";
import { z } from "zod";
import { defineGame } from "./defineGame.ts";

const TallyState = schema(
  {
    /** Sums by player. */
    sums: t.map("uint32"),
    /** Whether a round is on. */
    playing: t.boolean().default(false),
  },
  "TallyState",
);

/**
 * The simplest game with something to win: whoever added up more gets a crown.
 * @param times another number is another program, which no declaration tells.
 */
export const createTally = (times = 1) =>
  defineGame({
    name: "tally",
    state: TallyState,
    tickRateHz: 20,
    minPlayers: 2,
    maxPlayers: 4,
    round: { seconds: 2, maxMints: 1, items: ["crown"] },
    actions: {
      add: {
        input: z.strictObject({ n: z.int().min(1).max(9) }),
        run(ctx, player, { n }) {
          ctx.state.sums.set(player.id, (ctx.state.sums.get(player.id) ?? 0) + n * times);
        },
      },
      /** Fails in the room, though the schema takes it. */
      fail: {
        input: z.null(),
        run() {
          throw new Error("this action always fails");
        },
      },
    },
    onJoin(ctx, player) {
      ctx.state.sums.set(player.id, 0);
    },
    onLeave(ctx, player) {
      ctx.state.sums.delete(player.id);
    },
    tick(ctx) {
      ctx.state.playing = ctx.round !== undefined && !ctx.round.over;
    },
    report(ctx) {
      const sumOf = (id: string) => ctx.state.sums.get(id) ?? 0;
      const [best] = [...ctx.players].sort((a, b) => sumOf(b.id) - sumOf(a.id));
      return {
        results: { sums: ctx.players.map(({ id }) => ({ id, sum: sumOf(id) })) },
        mints: best === undefined ? [] : [{ to: best, item: "crown" }],
      };
    },
  });

export const tally = createTally();
