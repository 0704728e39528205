import {
  createClient,
  createIdentity,
  type Identity,
  type LoginProgress,
  type Room,
  type Session,
  type Wallet,
  type WeftClient,
} from "@weft/client-sdk";
import type { Address, Finality } from "@weft/protocol";
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { type Arena, arena } from "../game/arena.ts";
import { flyOn } from "./flyOn.ts";
import type { BotCommands, Holdings, LoginOutcome, RoundOutcome } from "./messages.ts";
import { sellPrizes } from "./sellPrizes.ts";
import { steer } from "./steer.ts";

/** Longest that any single thing may take before the bot gives up on it. */
const PATIENCE_MS = 90_000;
/** A session that ends sooner than this isn't begun to play with. */
const LONGEST_STAY_MS = 60 * 60_000;

/** What a bot has once it was set up, logged in, and joined. */
type Belongings = {
  client?: WeftClient;
  account?: PrivateKeyAccount;
  identity?: Identity;
  pass?: bigint;
  session?: Session;
  room?: Room<Arena>;
};

/** What a bot tells while a command runs. */
export type BotEvents = {
  onLogin(progress: LoginProgress): void;
  onFinality(sent: number, finality: Finality): void;
};

/** A player made of nothing but the client SDK. */
export function createBot({ onLogin, onFinality }: BotEvents): BotCommands {
  const own: Belongings = {};
  const need = <K extends keyof Belongings>(key: K): NonNullable<Belongings[K]> => {
    const value = own[key];
    if (value === undefined) throw new Error(`the bot has no ${key} yet`);
    return value as NonNullable<Belongings[K]>;
  };
  const wallet = () => need("client").wallet(need("account"));
  // Prizes come here, and nobody can tell whose account it is.
  const payoutWallet = () => need("client").wallet(need("identity").payoutAccount);
  return {
    async setUp({ url }) {
      // The bots prove all at once, each on one core: together they have no more.
      own.client = createClient({ url, prover: { parallel: false } });
      own.account = privateKeyToAccount(generatePrivateKey());
      own.identity = await createIdentity(own.account);
      const { pass } = await own.client.faucet(own.account.address);
      own.pass = pass;
      const payout = addressOf(own.identity.payoutAccount);
      return { address: addressOf(own.account), payout, pass };
    },
    async bind() {
      await wallet().bindPass({ pass: need("pass"), identity: need("identity") });
    },
    async deposit({ amountWei }) {
      const { ms } = await wallet().depositToFastChain({ amountWei });
      return { ms };
    },
    async login() {
      const { session, outcome } = await logIn(
        need("client"),
        need("identity"),
        need("pass"),
        onLogin,
      );
      own.session = session;
      return outcome;
    },
    async join() {
      const room = await need("session").join(arena);
      own.room = room;
      return { room: room.address, lane: room.lane };
    },
    play: ({ actionsPerSecond }) => play(need("room"), actionsPerSecond, onFinality),
    async list({ tokenId, priceWei }) {
      // Gas from the faucet: from the bot's own wallet it would tell whose account this is.
      await need("client").faucet(payoutWallet().address);
      const { listingId } = await payoutWallet().list({ tokenId, price: priceWei });
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
    holdings: () => countHoldings([wallet(), payoutWallet()]),
    async leave() {
      await own.room?.leave();
      await own.session?.logout();
      delete own.room;
      delete own.session;
    },
    ...company(own, need, payoutWallet, onLogin),
  };
}

async function countHoldings(wallets: readonly Wallet[]): Promise<Holdings> {
  const balances = await Promise.all(wallets.map((wallet) => wallet.balances()));
  const items = await Promise.all(wallets.map((wallet) => wallet.items()));
  return {
    zkWei: balances.reduce((sum, { zkWei }) => sum + zkWei, 0n),
    fastWei: balances.reduce((sum, { fastWei }) => sum + fastWei, 0n),
    items: items.flat().length,
  };
}

/** Proves that the pass is the bot's, without saying which one it is. */
async function logIn(
  client: WeftClient,
  identity: Identity,
  pass: bigint,
  onLogin: (progress: LoginProgress) => void,
): Promise<{ session: Session; outcome: LoginOutcome }> {
  const startedMs = performance.now();
  let provingMs = 0;
  let openingMs = 0;
  const onProgress = (progress: LoginProgress) => {
    if (progress.phase === "proving") provingMs ||= performance.now();
    if (progress.phase === "opening") openingMs = performance.now();
    onLogin(progress);
  };
  const session = await client.login({ identity, pass, game: arena, onProgress });
  const [ms, proveMs] = [performance.now() - startedMs, openingMs - provingMs];
  return { session, outcome: { type: "ownership", sessionId: session.id, ms, proveMs } };
}

type Need = <K extends keyof Belongings>(key: K) => NonNullable<Belongings[K]>;

/** What keeps people company, after the story. */
function company(
  own: Belongings,
  need: Need,
  purse: () => Wallet,
  onLogin: BotEvents["onLogin"],
): Pick<BotCommands, "fly" | "where" | "land"> {
  return {
    async fly({ roomId, actionsPerSecond }) {
      if (own.session === undefined || own.session.expiresAtMs - Date.now() < LONGEST_STAY_MS) {
        own.session = (
          await logIn(need("client"), need("identity"), need("pass"), onLogin)
        ).session;
      }
      own.room = await own.session.join(arena, { roomId });
      flyOn(own.room, actionsPerSecond);
      sellPrizes(own.room, need("client"), purse());
    },
    async where() {
      const { room } = own;
      return { roomId: room === undefined || room.status === "left" ? undefined : room.id };
    },
    async land() {
      await own.room?.leave();
    },
  };
}

const addressOf = ({ address }: { address: Address }) => address.toLowerCase() as Address;

/** Acts through one round, from its opening to its report. */
async function play(
  room: Room<Arena>,
  actionsPerSecond: number,
  onFinality: BotEvents["onFinality"],
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
