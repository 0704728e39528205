import type { RoomSummary } from "@weft/rooms";

type RoomSeen = Pick<RoomSummary, "roomId" | "players" | "phase">;
/** Where each bot is; undefined: nowhere. */
export type Positions = readonly (string | undefined)[];
/** What a bot is to do; those that aren't named go on with what they do. */
export type BotMove = { readonly bot: number; readonly fly?: string };

/**
 * Fills rooms with people in them up to so many players, and leaves those without. A bot goes when a person has come
 * in its place, but not in the middle of a round.
 */
export function planBots(
  rooms: readonly RoomSeen[],
  positions: Positions,
  fill: number,
): BotMove[] {
  const moves: BotMove[] = [];
  const free = positions.flatMap((roomId, bot) => (roomId === undefined ? [bot] : []));
  for (const { roomId, players, phase } of rooms) {
    const here = positions.flatMap((at, bot) => (at === roomId ? [bot] : []));
    const people = players - here.length;
    const wanted = people > 0 ? Math.max(0, fill - people) : 0;
    if (people === 0 || phase === "lobby") {
      moves.push(...here.slice(wanted).map((bot) => ({ bot })));
    }
    const missing = Math.max(0, wanted - here.length);
    moves.push(...free.splice(0, missing).map((bot) => ({ bot, fly: roomId })));
  }
  return moves;
}
