import { type SchemaType, schema, t } from "@colyseus/schema";
import { defineGame } from "@weft/game";
import { z } from "zod";

/** As the tests' other game is called: `RawPlayer` logs in for it. */
const NAME = "tally";
const TICK_RATE_HZ = 20;
const LETTERS = 26;
export const MAX_SHOUT_BYTES = 200_000;

export const CrowdState = schema(
  { moves: t.map("number"), noises: t.number().default(0), noise: t.string().default("") },
  "CrowdState",
);
type Crowd = SchemaType<typeof CrowdState>;

/** The nth noise: who decodes the state sees whether it came through whole. */
export function noiseOf(n: number, bytes: number): string {
  return String.fromCharCode(97 + (n % LETTERS)).repeat(bytes);
}

function makeNoise(state: Crowd, bytes: number): void {
  state.noises++;
  state.noise = noiseOf(state.noises, bytes);
}

/**
 * A game whose patches are as large as a test wants them: whoever doesn't read is soon behind.
 * @param noiseBytes Of each tick. Players make more, whenever they shout.
 */
export function createCrowd(noiseBytes: number) {
  return defineGame({
    name: NAME,
    state: CrowdState,
    tickRateHz: TICK_RATE_HZ,
    maxPlayers: 32,
    actions: {
      move: {
        input: z.object({ by: z.int().min(1).max(9) }),
        run(ctx, player, { by }) {
          const { moves } = ctx.state;
          moves.set(player.id, (moves.get(player.id) ?? 0) + by);
        },
      },
      shout: {
        input: z.object({ bytes: z.int().min(1).max(MAX_SHOUT_BYTES) }),
        run: (ctx, _player, { bytes }) => makeNoise(ctx.state, bytes),
      },
    },
    onJoin: (ctx, player) => void ctx.state.moves.set(player.id, 0),
    onLeave: (ctx, player) => void ctx.state.moves.delete(player.id),
    tick(ctx) {
      if (noiseBytes > 0) makeNoise(ctx.state, noiseBytes);
    },
  });
}
