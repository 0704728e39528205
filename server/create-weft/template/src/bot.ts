// A player: here a program, and what a page does as well.
import { createClient } from "@weft/client-sdk";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { type GameState, game } from "./game.ts";

const STEP_MS = 150;

/** Logs in with a new wallet, joins a room and plays until the process ends. */
export async function startBot(url: string): Promise<void> {
  const client = createClient({ url });
  const wallet = privateKeyToAccount(generatePrivateKey());
  const { pass } = await client.faucet(wallet.address); // on development servers
  const session = await client.login({ wallet, pass, game });
  const room = await session.join(game);
  setInterval(() => {
    if (room.status === "open") room.act.step(towardsCoin(room.state, session.id));
  }, STEP_MS);
}

function towardsCoin({ diggers, coins }: GameState, id: string) {
  const self = diggers.get(id);
  if (self === undefined) return { dx: 0, dy: 0 };
  const { x, y } = self;
  const far = (coin: { x: number; y: number }) =>
    Math.max(Math.abs(coin.x - x), Math.abs(coin.y - y));
  const [nearest] = [...coins].sort((a, b) => far(a) - far(b));
  if (nearest === undefined) return { dx: 0, dy: 0 };
  return { dx: Math.sign(nearest.x - x), dy: Math.sign(nearest.y - y) };
}
