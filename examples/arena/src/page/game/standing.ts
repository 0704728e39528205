import type { RoundUpdate } from "@weft/client-sdk";
import { z } from "zod";
import type { ArenaState } from "../../game/arena.ts";
import { type Pilot, pilotOf } from "../scene/palette.ts";

/** A line of the score board, or of a round's results. */
export type Standing = {
  readonly id: string;
  readonly pilot: Pilot;
  readonly isMe: boolean;
  readonly score: number;
  readonly hits: number;
};

/** Who is ahead now. */
export function standingsNow({ ships }: ArenaState, me: string): Standing[] {
  return [...ships.entries()]
    .map(([id, { seat, score, hits }]) => {
      return { id, pilot: pilotOf(seat), isMe: id === me, score, hits };
    })
    .sort((a, b) => b.score - a.score);
}

const resultsSchema = z.object({
  players: z.array(
    z.object({ id: z.string(), place: z.number(), score: z.number(), hits: z.number() }),
  ),
});

/** A round's results, as its report has them. @param seats of players who were seen in the room */
export function standingsOf(
  { results }: Extract<RoundUpdate, { phase: "reported" }>,
  me: string,
  seats: ReadonlyMap<string, number>,
): Standing[] {
  const parsed = resultsSchema.safeParse(results);
  if (!parsed.success) return [];
  return parsed.data.players.map(({ id, score, hits }) => {
    return { id, pilot: pilotOf(seats.get(id) ?? 0), isMe: id === me, score, hits };
  });
}
