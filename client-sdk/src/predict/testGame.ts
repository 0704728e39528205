import { type SchemaType, schema, t } from "@colyseus/schema";
import { defineGame } from "@weft/game";
import { z } from "zod";

export const TICK_RATE_HZ = 30;
/** Units a tick. */
export const SPEED = 6;
export const DASH_FACTOR = 3;
const SIZE = 20_000;
export const START = SIZE / 2;

const Craft = schema(
  {
    x: t.int16().default(START),
    y: t.int16().default(START),
    dx: t.int8().default(0),
    dy: t.int8().default(0),
    /** Radians, turning with every tick. */
    heading: t.float32().default(0),
    dashTicks: t.uint8().default(0),
    score: t.uint16().default(0),
    /** Not for clients. */
    secret: t.uint32().noSync().default(7),
  },
  "TestCraft",
);

const Star = schema({ x: t.int16(), y: t.int16() }, "TestStar");

const FieldState = schema(
  {
    crafts: t.map(Craft),
    stars: t.map(Star),
    starCount: t.uint32().noSync().default(0),
    phase: t.string().default("waiting"),
  },
  "TestFieldState",
);
export type FieldState = SchemaType<typeof FieldState>;

const direction = z.int().min(-1).max(1);

/** Crafts that fly about and catch stars, which are put where chance has them. */
export const testGame = defineGame({
  name: "field",
  state: FieldState,
  tickRateHz: TICK_RATE_HZ,
  maxPlayers: 8,
  round: { seconds: 600, maxMints: 0 },
  actions: {
    move: {
      input: z.strictObject({ dx: direction, dy: direction }),
      run(ctx, player, { dx, dy }) {
        const craft = ctx.state.crafts.get(player.id);
        if (craft !== undefined) Object.assign(craft, { dx, dy });
      },
    },
    dash: {
      input: z.null(),
      run(ctx, player) {
        const craft = ctx.state.crafts.get(player.id);
        if (craft !== undefined) craft.dashTicks = 6;
      },
    },
    /** Somewhere else at once. */
    leap: {
      input: z.null(),
      run(ctx, player) {
        const craft = ctx.state.crafts.get(player.id);
        if (craft !== undefined) craft.x = craft.x < SIZE / 2 ? craft.x + 900 : craft.x - 900;
      },
    },
    fail: {
      input: z.null(),
      run() {
        throw new Error("this action always fails");
      },
    },
  },
  onJoin(ctx, player) {
    ctx.state.crafts.set(player.id, new Craft({ y: START - 400 + 100 * ctx.players.length }));
  },
  onLeave(ctx, player) {
    ctx.state.crafts.delete(player.id);
  },
  tick(ctx) {
    const { state, random, players } = ctx;
    state.phase = ctx.round === undefined ? "waiting" : "playing";
    while (state.stars.size < 2 * players.length) {
      const at = { x: START + random.int(-500, 500), y: START + random.int(-500, 500) };
      state.stars.set(String(state.starCount++), new Star(at));
    }
    for (const craft of state.crafts.values()) {
      const units = SPEED * (craft.dashTicks > 0 ? DASH_FACTOR : 1);
      if (craft.dashTicks > 0) craft.dashTicks--;
      craft.x = Math.min(Math.max(craft.x + craft.dx * units, 0), SIZE);
      craft.y = Math.min(Math.max(craft.y + craft.dy * units, 0), SIZE);
      craft.heading = wrap(craft.heading + 0.125 * craft.dx);
      for (const [key, star] of state.stars.entries()) {
        if (Math.hypot(star.x - craft.x, star.y - craft.y) > 30) continue;
        state.stars.delete(key);
        craft.score++;
      }
    }
  },
});

function wrap(angle: number): number {
  if (angle > Math.PI) return angle - 2 * Math.PI;
  return angle < -Math.PI ? angle + 2 * Math.PI : angle;
}
