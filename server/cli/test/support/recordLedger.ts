import { createClient, type JoinedRoom } from "@weft/client-sdk";
import { silentLogger } from "@weft/node";
import type { Hash } from "@weft/protocol";
import { createGameServer, type GameServer } from "@weft/rooms";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { tally } from "./tally.ts";

/** Between two actions of a player. */
const ACTION_MS = 20;
/** Snapshots are written after so many blocks of the fast chain: some, in a short recording. */
const SNAPSHOT_BLOCKS = 30;

export type Recording = { readonly server: GameServer; readonly url: string };

/** A real game server, whose ledger is in a directory. */
export async function startRecording(dataDir: string): Promise<Recording> {
  const server = await createGameServer({
    games: { tally },
    dataDir,
    rpc: { port: 0 },
    snapshots: { everyBlocks: SNAPSHOT_BLOCKS },
    logger: silentLogger,
    settings: { startDelayMs: 50 },
  });
  const { url } = await server.listen(0);
  return { server, url };
}

/** Two players log in, move value to and fro, and play a round to its prize. */
export async function playRound({ url }: Recording): Promise<{ roundId: Hash }> {
  const players = await Promise.all([joinTally(url), joinTally(url)]);
  const [round] = await Promise.all(players.map(play));
  if (round?.phase !== "reported") throw new Error(`no report: ${JSON.stringify(round)}`);
  await Promise.all(players.map((room) => room.leave()));
  return { roundId: round.roundId };
}

/** A new player with a wallet of its own, who has moved value to and fro. */
export async function joinTally(url: string): Promise<JoinedRoom<typeof tally>> {
  const client = createClient({ url });
  const account = privateKeyToAccount(generatePrivateKey());
  const { pass } = await client.faucet(account.address);
  const wallet = client.wallet(account);
  await wallet.depositToFastChain({ amountWei: 1000n });
  await wallet.withdrawToZkChain({ amountWei: 10n });
  const session = await client.login({ wallet: account, pass, game: tally });
  return session.join(tally);
}

async function play(room: JoinedRoom<typeof tally>) {
  await room.waitForState(({ playing }) => playing);
  const news = room.nextRound({ phase: ["reported", "void"] });
  const playing = setInterval(() => room.act.add({ n: 3 }), ACTION_MS);
  return news.finally(() => clearInterval(playing));
}
