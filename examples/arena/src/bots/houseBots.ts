import { setTimeout as wait } from "node:timers/promises";
import type { GameServer } from "@weft/rooms";
import { planBots } from "./planBots.ts";
import type { Bot } from "./startBot.ts";

/** How often rooms are looked at. */
const LOOK_MS = 750;
/** Slow enough for people to win against. */
const ACTIONS_PER_SECOND = 6;

export type HouseBotsOptions = {
  readonly server: Pick<GameServer, "rooms">;
  /** Set up, with a pass that their identity is bound to, and in no room. */
  readonly bots: readonly Bot[];
  /** Players that a room with people in it is to have. */
  readonly fill: number;
  readonly onError: (error: unknown) => void;
};

/**
 * Keeps people company: whoever comes alone finds others to play with.
 * @param signal ends it
 */
export async function runHouseBots(options: HouseBotsOptions, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // What fails now, because a room has closed meanwhile, is planned anew at the next look.
    await look(options).catch(options.onError);
    await wait(LOOK_MS, undefined, { signal }).catch(() => {});
  }
}

async function look({ server, bots, fill }: HouseBotsOptions): Promise<void> {
  const positions = await Promise.all(bots.map(async (bot) => (await bot.where()).roomId));
  const moves = planBots(server.rooms(), positions, fill);
  await Promise.all(
    moves.map(async ({ bot, fly: roomId }) => {
      if (roomId === undefined) await bots[bot]?.land();
      else await bots[bot]?.fly({ roomId, actionsPerSecond: ACTIONS_PER_SECOND });
    }),
  );
}
