import { tally } from "@weft/game/testing";
import { createGameServer, type GameServerOptions } from "@weft/rooms";
import { PATIENT_SETTINGS } from "@weft/rooms/testing";
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import type { Wallet } from "../src/index.ts";
import { createClient, type WeftClient } from "../src/index.ts";

const quiet = { debug() {}, info() {}, warn() {}, error: console.error };

/** A real server, in memory, on free ports, with the patience of `PATIENT_SETTINGS`. */
export async function startServer(
  games: GameServerOptions["games"] = { tally },
  options: Partial<GameServerOptions> = {},
) {
  const server = await createGameServer({
    games,
    rpc: { port: 0 },
    logger: quiet,
    ...options,
    settings: { ...PATIENT_SETTINGS, startDelayMs: 50, ...options.settings },
  });
  const { url } = await server.listen(0);
  return { server, url };
}

export type Player = {
  readonly client: WeftClient;
  readonly account: PrivateKeyAccount;
  readonly pass: bigint;
  readonly wallet: Wallet;
};

/** Somebody new, with a pass and ZKPoW from the faucet. */
export async function newPlayer(url: string): Promise<Player> {
  const client = createClient({ url });
  const account = privateKeyToAccount(generatePrivateKey());
  const { pass } = await client.faucet(account.address);
  return { client, account, pass, wallet: client.wallet(account) };
}

export function logIn({ client, account, pass }: Player) {
  return client.login({ wallet: account, pass, game: tally });
}
