import { schema, t } from "@colyseus/schema";
import { defineGame } from "@weft/game";
import { z } from "zod";

const DenState = schema({ gems: t.map("uint32"), playing: t.boolean().default(false) }, "DenState");

/** Who digs up most gems gets the lantern. */
export const den = defineGame({
  name: "den",
  state: DenState,
  tickRateHz: 20,
  minPlayers: 2,
  maxPlayers: 4,
  round: { seconds: 2, maxMints: 1, items: ["lantern"] },
  actions: {
    dig: {
      input: z.strictObject({ depth: z.int().min(1).max(9) }),
      run(ctx, player, { depth }) {
        ctx.state.gems.set(player.id, (ctx.state.gems.get(player.id) ?? 0) + depth);
      },
    },
  },
  onJoin(ctx, player) {
    ctx.state.gems.set(player.id, 0);
  },
  onLeave(ctx, player) {
    ctx.state.gems.delete(player.id);
  },
  tick(ctx) {
    ctx.state.playing = ctx.round !== undefined && !ctx.round.over;
  },
  report(ctx) {
    const gems = (id: string) => ctx.state.gems.get(id) ?? 0;
    const [best] = [...ctx.players].sort((a, b) => gems(b.id) - gems(a.id));
    return {
      results: { gems: ctx.players.map(({ lane, id }) => ({ lane, gems: gems(id) })) },
      mints: best === undefined ? [] : [{ to: best, item: "lantern" }],
    };
  },
});
