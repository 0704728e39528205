// The game: a deterministic program. The same file runs on the server, in every verifier, in tests and in browsers.
import { type SchemaType, schema, t } from "@colyseus/schema";
import { defineGame, type GameContext } from "@weft/game";
import { z } from "zod";

/** The field is this wide and high, in squares. */
export const FIELD = 10;
const MAX_COINS = 8;

export const Digger = schema(
  { x: t.uint8(), y: t.uint8(), coins: t.uint16().default(0) },
  "Digger",
);
export const Coin = schema({ x: t.uint8(), y: t.uint8() }, "Coin");

/** What all players see. */
export const GameState = schema(
  {
    /** By their players' ids. */
    diggers: t.map(Digger),
    coins: t.array(Coin),
    playing: t.boolean().default(false),
  },
  "GameState",
);
export type GameState = SchemaType<typeof GameState>;

export const game = defineGame({
  name: "my-game",
  version: 1, // +1 with every change of the rules
  state: GameState,
  tickRateHz: 10,
  minPlayers: 2,
  maxPlayers: 4,
  round: { seconds: 10, maxMints: 1, items: ["crown"] },
  actions: {
    /** One square to any side. */
    step: {
      input: z.strictObject({ dx: z.int().min(-1).max(1), dy: z.int().min(-1).max(1) }),
      run(ctx, player, { dx, dy }) {
        const digger = ctx.state.diggers.get(player.id);
        if (digger === undefined) return;
        digger.x = Math.min(FIELD - 1, Math.max(0, digger.x + dx));
        digger.y = Math.min(FIELD - 1, Math.max(0, digger.y + dy));
        const found = ctx.state.coins.findIndex(({ x, y }) => x === digger.x && y === digger.y);
        if (found < 0) return;
        ctx.state.coins.splice(found, 1);
        digger.coins++;
      },
    },
  },
  onJoin(ctx, player) {
    ctx.state.diggers.set(player.id, new Digger(somewhere(ctx)));
  },
  onLeave(ctx, player) {
    ctx.state.diggers.delete(player.id);
  },
  onRoundOpen(ctx) {
    for (const digger of ctx.state.diggers.values()) digger.coins = 0;
    ctx.state.coins.clear();
  },
  tick(ctx) {
    ctx.state.playing = ctx.round !== undefined && !ctx.round.over;
    // Chance and time come from ctx: Math.random() and Date.now() would differ in every replay.
    if (ctx.state.playing && ctx.state.coins.length < MAX_COINS && ctx.random.chance(0.5)) {
      ctx.state.coins.push(new Coin(somewhere(ctx)));
    }
  },
  report(ctx) {
    const coinsOf = (id: string) => ctx.state.diggers.get(id)?.coins ?? 0;
    const ranked = [...ctx.players].sort(
      (a, b) => coinsOf(b.id) - coinsOf(a.id) || a.lane - b.lane,
    );
    const [best] = ranked;
    return {
      results: { coins: ranked.map(({ id }) => ({ id, coins: coinsOf(id) })) },
      mints: best !== undefined && coinsOf(best.id) > 0 ? [{ to: best, item: "crown" }] : [],
    };
  },
});

function somewhere({ random }: GameContext<GameState>) {
  return { x: random.int(0, FIELD - 1), y: random.int(0, FIELD - 1) };
}
