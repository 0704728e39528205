import { createClient, type Room, type Session, type WeftClient } from "@weft/client-sdk";
import type { Finality, Hash } from "@weft/protocol";
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { type Arena, arena } from "../game/arena.ts";
import type { BotCommands, RoundOutcome } from "./messages.ts";
import { steer } from "./steer.ts";

/** Longest that any single thing may take before the bot gives up on it. */
const PATIENCE_MS = 90_000;

/** What a bot has once it was set up, logged in, and joined. */
type Belongings = {
  client?: WeftClient;
  account?: PrivateKeyAccount;
  pass?: bigint;
  session?: Session;
  room?: Room<Arena>;
};

/** A player made of nothing but the client SDK. */
export function createBot(onFinality: (sent: number, finality: Finality) => void): BotCommands {
  const own: Belongings = {};
  const need = <K extends keyof Belongings>(key: K): NonNullable<Belongings[K]> => {
    const value = own[key];
    if (value === undefined) throw new Error(`the bot has no ${key} yet`);
    return value as NonNullable<Belongings[K]>;
  };
  const wallet = () => need("client").wallet(need("account"));
  return {
    async setUp({ url }) {
      own.client = createClient({ url });
      own.account = privateKeyToAccount(generatePrivateKey());
      const { pass } = await own.client.faucet(own.account.address);
      own.pass = pass;
      return { address: own.account.address.toLowerCase() as Hash, pass };
    },
    async deposit({ amountWei }) {
      const { ms } = await wallet().depositToFastChain({ amountWei });
      return { ms };
    },
    async login() {
      const [account, pass] = [need("account"), need("pass")];
      own.session = await need("client").login({ wallet: account, pass, game: arena.name });
      return { sessionId: own.session.id };
    },
    async join() {
      const room = await need("session").join(arena);
      own.room = room;
      return { room: room.address, lane: room.lane };
    },
    play: ({ actionsPerSecond }) => play(need("room"), actionsPerSecond, onFinality),
    async list({ tokenId, priceWei }) {
      const { listingId } = await wallet().list({ tokenId, price: priceWei });
      return { listingId };
    },
    async buy({ listingId, priceWei }) {
      const { transactionHash } = await wallet().buy({ listingId, price: priceWei });
      return { transactionHash };
    },
    async withdraw({ amountWei }) {
      const { ms } = await wallet().withdrawToZkChain({ amountWei });
      return { ms };
    },
    async holdings() {
      const [balances, items] = await Promise.all([wallet().balances(), wallet().items()]);
      return { zkWei: balances.zkWei, fastWei: balances.fastWei, items: items.length };
    },
    async leave() {
      await own.room?.leave();
      await own.session?.logout();
    },
  };
}

/** Acts through one round, from its opening to its report. */
async function play(
  room: Room<Arena>,
  actionsPerSecond: number,
  onFinality: (sent: number, finality: Finality) => void,
): Promise<RoundOutcome> {
  const signal = AbortSignal.timeout(PATIENCE_MS);
  let sent = 0;
  const stopListening = room.onFinality((finality) => onFinality(sent, finality));
  const over = new Promise<never>((_, reject) => {
    room.onLeave(({ code, reason, error }) => {
      reject(error ?? new Error(`the server took the place: ${reason} (${code})`));
    });
  });
  try {
    await Promise.race([over, room.waitForState((state) => state.phase === "playing", { signal })]);
    const outcome = room.nextRound({ signal });
    const timer = setInterval(() => {
      if (room.state.phase !== "playing" || room.status === "left") return;
      sent += act(room);
    }, 1000 / actionsPerSecond);
    const round = await Promise.race([over, outcome]).finally(() => clearInterval(timer));
    if (round.phase !== "reported")
      throw new Error(`the round came to nothing: ${describe(round)}`);
    const { roundId, minted, transactionHash, coSigned } = round;
    return { sent, roundId, minted, transactionHash, coSigned };
  } finally {
    stopListening();
  }
}

const describe = (round: { phase: string; code?: string }) => round.code ?? round.phase;

/** One action. @returns how many it were. */
function act(room: Room<Arena>): number {
  const { dx, dy, dash } = steer(room.state, room.sessionId);
  if (dash) room.act.dash();
  else room.act.move({ dx, dy });
  return 1;
}
