import { schema, t } from "@colyseus/schema";
import { defineGame } from "@weft/game";
import { z } from "zod";

const CountState = schema(
  {
    /** The newest action of each player; they number them from 1 in each stay. */
    newest: t.map("number"),
    sums: t.map("number"),
    /** Actions that came twice, or after a later one. */
    wrong: t.number().default(0),
    luck: t.number().default(0),
    ticks: t.number().default(0),
  },
  "CountState",
);

const ROUND_SECONDS = 1;
const TICK_RATE_HZ = 6;

/** Players count. The game itself notices when an action comes twice. */
export const countGame = defineGame({
  name: "count",
  state: CountState,
  tickRateHz: TICK_RATE_HZ,
  maxPlayers: 3,
  round: { seconds: ROUND_SECONDS, maxMints: 2 },
  actions: {
    count: {
      input: z.object({ id: z.int().min(1), by: z.int().min(1).max(9) }),
      run(ctx, player, { id, by }) {
        const { state } = ctx;
        // Some may be missing: what comes after a round's end has no effect.
        if (id <= (state.newest.get(player.id) ?? 0)) state.wrong++;
        state.newest.set(player.id, id);
        state.sums.set(player.id, (state.sums.get(player.id) ?? 0) + by);
        if (ctx.random.chance(0.5)) state.luck += ctx.random.int(1, 6);
      },
    },
  },
  onJoin(ctx, player) {
    ctx.state.newest.set(player.id, 0);
    ctx.state.sums.set(player.id, 0);
  },
  onLeave(ctx, player) {
    ctx.state.newest.delete(player.id);
    ctx.state.sums.delete(player.id);
  },
  tick(ctx) {
    ctx.state.ticks++;
  },
  report(ctx) {
    const sumOf = (id: string) => ctx.state.sums.get(id) ?? 0;
    const ranks = [...ctx.players].sort((a, b) => sumOf(b.id) - sumOf(a.id) || a.lane - b.lane);
    return {
      results: ranks.map(({ id }) => [id, sumOf(id)]),
      mints: ranks.slice(0, 2).map((to) => ({ to, item: "medal" })),
    };
  },
});
