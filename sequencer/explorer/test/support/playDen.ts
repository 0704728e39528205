import { createClient, type JoinedRoom } from "@weft/client-sdk";
import type { Address, Hash } from "@weft/protocol";
import { createGameServer, type GameServer } from "@weft/rooms";
import { PATIENT_SETTINGS } from "@weft/rooms/testing";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { den } from "./den.ts";

export const quiet = { debug() {}, info() {}, warn() {}, error: console.error };

/** A ledger with something of everything. */
export type Played = {
  readonly server: GameServer;
  /** Who won, and has 0.6 ZKPoW on the fast chain. */
  readonly winner: Address;
  readonly room: Address;
  readonly roundId: Hash;
  /** The winner's withdrawal to the ZK chain, on the fast chain. */
  readonly withdrawal: Hash;
  /** The loser goes too, and the room closes: nothing happens any more. */
  empty(): Promise<unknown>;
};

async function newPlayer(url: string) {
  const client = createClient({ url });
  const account = privateKeyToAccount(generatePrivateKey());
  const { pass } = await client.faucet(account.address);
  const session = await client.login({ wallet: account, pass, game: den });
  return { wallet: client.wallet(account), session };
}

/** Digs until the round is over. @returns the round's news */
async function dig(room: JoinedRoom<typeof den>, depth: number) {
  const reported = room.nextRound({ phase: ["reported", "void"] });
  const stop = room.onStateChange(({ playing }) => {
    if (playing) room.act.dig({ depth });
  });
  return reported.finally(stop);
}

/** Two players play a round to its prize; the winner's value crosses both ways. The room stays open, with the loser in it. */
export async function playDen(): Promise<Played> {
  const settings = { ...PATIENT_SETTINGS, startDelayMs: 50 };
  const server = await createGameServer({
    games: { den },
    rpc: { port: 0 },
    logger: quiet,
    settings,
  });
  const { url } = await server.listen(0);
  const [first, second] = await Promise.all([newPlayer(url), newPlayer(url)]);
  const { wallet } = first;
  await wallet.depositToFastChain({ amountWei: 10n ** 18n });
  const { fastTransactionHash } = await wallet.withdrawToZkChain({ amountWei: 4n * 10n ** 17n });
  const firstRoom = await first.session.join(den);
  const secondRoom = await second.session.join(den);
  const [round] = await Promise.all([dig(firstRoom, 9), dig(secondRoom, 1)]);
  if (round.phase !== "reported") throw new Error(`no report: ${JSON.stringify(round)}`);
  await firstRoom.leave();
  return {
    server,
    winner: wallet.address.toLowerCase() as Address,
    room: firstRoom.address,
    roundId: round.roundId,
    withdrawal: fastTransactionHash,
    empty: () => secondRoom.leave(),
  };
}
