import type { Room, RoundUpdate, Wallet, WeftClient } from "@weft/client-sdk";
import { parseEther } from "viem";
import type { Arena } from "../game/arena.ts";

/** What a bot asks for its prizes, in ZKPoW. */
const PRICES: Readonly<Record<string, string>> = { crown: "3", medal: "2", ribbon: "1" };
/** Listings of one bot at a time: what nobody buys isn't made more of. */
const MAX_LISTINGS = 3;

/** Puts what is won in a room on the market. */
export function sellPrizes(room: Room<Arena>, client: WeftClient, purse: Wallet): void {
  room.onRound((round) => {
    // What can't be sold is kept: the bot has nobody to tell.
    sell(round, client, purse).catch(() => {});
  });
}

async function sell(round: RoundUpdate, client: WeftClient, purse: Wallet): Promise<void> {
  if (round.phase !== "reported") return;
  for (const { tokenId, to, item } of round.minted) {
    if (to !== purse.address) continue;
    const listings = await purse.listings();
    if (listings.filter(({ seller }) => seller === purse.address).length >= MAX_LISTINGS) return;
    const price = parseEther(PRICES[item] ?? "1");
    // Gas from the faucet: from the bot's own wallet it would tell whose account this is.
    if ((await purse.balances()).zkWei === 0n) await client.faucet(purse.address);
    await purse.list({ tokenId, price });
  }
}
