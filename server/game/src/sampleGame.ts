import { type SchemaType, schema, t } from "@colyseus/schema";
import { z } from "zod";
import { action, defineGame } from "./defineGame.ts";
import type { GameContext } from "./types.ts";

/** A game for tests: it has every kind of field, and actions that use, change and break things. */

const Card = schema({ suit: t.string(), rank: t.uint8() }, "Card");

const Hand = schema(
  { cards: t.array(Card), marks: t.set("string"), log: t.collection("number"), score: t.number() },
  "Hand",
);

const SampleState = schema(
  {
    hands: t.map(Hand),
    deck: t.array("number"),
    pot: t.bigint64().default(0n),
    open: t.boolean().default(false),
    note: t.string().optional(),
    secret: t.number().noSync().default(0),
  },
  "SampleState",
);

type SampleContext = GameContext<SchemaType<typeof SampleState>>;

/** Written apart from the game, so its context needs a type. */
const discard = action(z.object({ index: z.int().min(0) }), (ctx: SampleContext, player, input) => {
  ctx.state.hands.get(player.id)?.cards.splice(input.index, 1);
});

export const sampleGame = defineGame({
  name: "sample",
  state: SampleState,
  tickRateHz: 10,
  maxPlayers: 4,
  round: { seconds: 1, maxMints: 2, items: ["crown", "medal"] },
  actions: {
    draw: {
      input: z.object({ count: z.int().min(1).max(3) }),
      run(ctx, player, input) {
        const hand = ctx.state.hands.get(player.id);
        for (let i = 0; i < input.count; i++) {
          hand?.cards.push(new Card({ suit: ctx.random.pick(["♠", "♥"]), rank: drawRank(ctx) }));
        }
      },
    },
    discard,
    bet: {
      input: z.bigint().positive(),
      run(ctx, _player, amount) {
        ctx.state.pot = BigInt.asIntN(63, ctx.state.pot + amount);
      },
    },
    mark: {
      input: z.string().max(20),
      run(ctx, player, text) {
        const hand = ctx.state.hands.get(player.id);
        hand?.marks.add(text.slice(0, 3));
        hand?.log.add(text.length);
        ctx.state.note = text;
      },
    },
    shuffle: {
      input: z.null(),
      run(ctx) {
        const shuffled = ctx.random.shuffle(ctx.state.deck);
        ctx.state.deck.clear();
        ctx.state.deck.push(...shuffled);
      },
    },
    /** Changes half of what it was about to, then fails. */
    trip: {
      input: z.null(),
      run(ctx) {
        ctx.state.secret += ctx.random.int(1, 6);
        throw new Error("tripped");
      },
    },
  },
  onCreate(ctx) {
    ctx.state.deck.push(...ctx.random.shuffle([1, 2, 3, 4, 5, 6, 7, 8]));
  },
  onJoin(ctx, player) {
    ctx.state.hands.set(player.id, new Hand({ score: 0 }));
  },
  onLeave(ctx, player) {
    ctx.state.hands.delete(player.id);
  },
  tick(ctx) {
    const first = ctx.state.deck.shift();
    if (first !== undefined) ctx.state.deck.push(first + 1);
    for (const hand of ctx.state.hands.values()) {
      if (ctx.random.chance(0.5)) hand.score += ctx.random.float();
    }
  },
  onRoundOpen(ctx) {
    ctx.state.open = true;
  },
  report(ctx) {
    const best = [...ctx.players].sort((a, b) => scoreOf(ctx, b.id) - scoreOf(ctx, a.id))[0];
    return {
      results: { pot: ctx.state.pot, scores: ctx.players.map(({ id }) => scoreOf(ctx, id)) },
      mints: best === undefined ? [] : [{ to: best, item: "crown" }],
    };
  },
});

function drawRank(ctx: SampleContext): number {
  return ctx.random.int(1, 13);
}

function scoreOf(ctx: SampleContext, id: string): number {
  return ctx.state.hands.get(id)?.score ?? 0;
}
