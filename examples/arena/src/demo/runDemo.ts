import { programsOf } from "@weft/game";
import { verifyLedger } from "@weft/node";
import type { Address, LedgerHeight } from "@weft/protocol";
import { createGameServer, type GameServer } from "@weft/rooms";
import { parseEther } from "viem";
import { runHouseBots } from "../bots/houseBots.ts";
import type { Holdings, LoginOutcome, RoundOutcome } from "../bots/messages.ts";
import { type Bot, type BotProgress, startBot } from "../bots/startBot.ts";
import { type Arena, createArena } from "../game/arena.ts";
import { serveArenaPage } from "../serve/arenaPage.ts";
import { keepProgram } from "./keepProgram.ts";
import { LedgerMonitor } from "./ledgerMonitor.ts";
import type { DemoOptions } from "./options.ts";
import { readRound } from "./roundActions.ts";
import { showLogins } from "./showLogins.ts";
import { StepError, type Steps } from "./steps.ts";
import { type Summary, stepTimes } from "./summary.ts";

/** What crosses to the fast chain before the round, and the part of it that goes back after. */
const DEPOSIT_WEI = parseEther("5");
const WITHDRAW_WEI = parseEther("2");
const PRICE_WEI = parseEther("1.5");
/** Between rounds that people may be in: they have to see who won. */
const PAUSE_MS = 8_000;
/** Bots that share a busy machine with the server don't lose a place or a prize for it. */
const BOTS_ALONE = { sealTimeoutMs: 60_000, sealGraceMs: 60_000, coSignGraceMs: 60_000 };

const BOT_NAMES = ["Ada", "Grace", "Alan", "Edsger", "Barbara", "Donald", "Radia", "Leslie"];

/** Told as soon as the parts are there, so that a view can watch them. */
export type DemoWatcher = {
  onServer?(server: GameServer, monitor: LedgerMonitor, url: string): void;
  onBot?(progress: BotProgress): void;
};

export type Demo = {
  readonly server: GameServer;
  readonly summary: Summary;
  stop(): Promise<void>;
};

type Player = {
  readonly bot: Bot;
  readonly address: Address;
  /** Where its prizes go. */
  readonly payout: Address;
  readonly pass: bigint;
};

/** Plays the whole story once. @throws StepError with the step that failed; everything is stopped then. */
export async function runDemo(
  options: DemoOptions,
  steps: Steps,
  watch: DemoWatcher,
): Promise<Demo> {
  const running: (() => Promise<void>)[] = [];
  const stop = async () => {
    for (const end of running.splice(0).reverse()) await end();
  };
  try {
    const booted = await boot(options, steps, running);
    const { server, monitor, url } = booted;
    watch.onServer?.(server, monitor, url);
    const story = play(options, steps, watch, { ...booted, running });
    const summary = await Promise.race([story, brokenBy(server.node.failed, steps)]);
    return { server, summary, stop };
  } catch (error) {
    // Stopping fails too where the disk did; what went wrong first is what counts.
    await stop().catch(() => {});
    throw error;
  }
}

/** A node that has to stop takes the step that is running with it. */
async function brokenBy(failed: Promise<Error>, steps: Steps): Promise<never> {
  const error = await failed;
  throw new StepError(steps.current?.name ?? "", error);
}

type Booted = { server: GameServer; game: Arena; url: string; monitor: LedgerMonitor };

async function boot(
  options: DemoOptions,
  steps: Steps,
  running: (() => Promise<void>)[],
): Promise<Booted> {
  return steps.run("start the node and the game server", async () => {
    const { stay, roundSeconds, bots: minPlayers } = options;
    const rules = { roundSeconds, minPlayers, countdownSeconds: stay ? 3 : 0 };
    const game = createArena(rules);
    const server: GameServer = await createGameServer({
      express: (app) => serveArenaPage(app, () => server.node.rpc.url),
      games: { [game.name]: game },
      rpc: { port: options.rpcPort },
      logger: options.logger,
      ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
      settings: stay ? { startDelayMs: PAUSE_MS } : BOTS_ALONE,
    });
    running.push(() => server.stop());
    if (options.dataDir !== undefined) await keepProgram(options.dataDir, rules);
    const { url } = await server.listen(options.port);
    const monitor = new LedgerMonitor(server.node.ledger, server.node.fastChainId);
    return { server, game, url, monitor };
  });
}

async function play(
  options: DemoOptions,
  steps: Steps,
  watch: DemoWatcher,
  { server, game, url, monitor, running }: Booted & { running: (() => Promise<void>)[] },
): Promise<Summary> {
  const onLogin = showLogins(steps);
  const players = await steps.run("give each bot a wallet, a pass and ZKPoW", () =>
    Promise.all(
      BOT_NAMES.slice(0, options.bots).map(async (name): Promise<Player> => {
        const bot = startBot(name, {
          onProgress: (progress) => watch.onBot?.(progress),
          onLogin,
        });
        running.push(() => bot.stop());
        return { bot, ...(await bot.setUp({ url })) };
      }),
    ),
  );
  await steps.run("bind an identity to each pass", () => each(players, ({ bot }) => bot.bind()));
  const [first] = players as [Player];
  const toFast = await steps.run(`${first.bot.name} moves ZKPoW to the fast chain`, () =>
    first.bot.deposit({ amountWei: DEPOSIT_WEI }),
  );
  const logins = await steps.run("log in, proving that one holds a pass, not which", () =>
    each(players, ({ bot }) => bot.login()),
  );
  await steps.run("join a room", () => each(players, ({ bot }) => bot.join()));
  const { actionsPerSecond } = options;
  const [outcome] = await steps.run("play a round to its report", () =>
    each(players, ({ bot }) => bot.play({ actionsPerSecond })),
  );
  const sale = await sell(steps, players, outcome as RoundOutcome);
  const toZk = await steps.run(`${first.bot.name} moves ZKPoW back to the ZK chain`, () =>
    first.bot.withdraw({ amountWei: WITHDRAW_WEI }),
  );
  const holdings = await steps.run("count what everybody has", () =>
    each(players, ({ bot }) => bot.holdings()),
  );
  await steps.run("leave", () =>
    each(players, ({ bot }) => (options.stay ? bot.land() : bot.leave())),
  );
  const replay = await steps.run("replay the ledger", () => replayLedger(server, game));
  if (options.stay) running.push(keepCompany(options, server, players));
  const { ledger, fastChainId } = server.node;
  const { roundId, minted, coSigned } = outcome as RoundOutcome;
  const { actions, sealed, cap } = readRound(ledger, fastChainId, roundId);
  const { height, fastBlocks, zkBlocks, switches } = monitor.view();
  return {
    ok: true,
    steps: stepTimes(steps.all),
    logins: summarizeLogins(players, logins),
    actions,
    sealed,
    ledger: { height, fastBlocks, zkBlocks, switches },
    round: {
      id: roundId,
      cap,
      coSigned,
      minted: minted.map(({ tokenId, to, item }) => {
        return { tokenId: tokenId.toString(), to, item, player: nameOf(players, to) };
      }),
    },
    sale,
    crossings: { toFastMs: Math.round(toFast.ms), toZkMs: Math.round(toZk.ms) },
    replay,
    players: summarizePlayers(players, holdings),
    addresses: addressesOf(server, url),
  };
}

/** From here on the bots play with whoever comes. @returns how to end that */
function keepCompany(
  { bots: fill, logger }: DemoOptions,
  server: GameServer,
  players: readonly Player[],
): () => Promise<void> {
  const onError = (error: unknown) => logger.warn("a bot could not do as it should", { error });
  const ending = new AbortController();
  const bots = players.map(({ bot }) => bot);
  const company = runHouseBots({ server, bots, fill, onError }, ending.signal);
  return async () => {
    ending.abort();
    await company;
  };
}

const each = <T>(players: readonly Player[], work: (player: Player) => Promise<T>): Promise<T[]> =>
  Promise.all(players.map(work));

const nameOf = (players: readonly Player[], payout: Address): string =>
  players.find((player) => player.payout === payout)?.bot.name ?? payout;

function summarizeLogins(
  players: readonly Player[],
  logins: readonly LoginOutcome[],
): Summary["logins"] {
  return {
    type: "ownership",
    proveMs: Math.round(Math.max(...logins.map(({ proveMs }) => proveMs))),
    players: logins.map(({ ms, proveMs }, index) => ({
      name: players[index]?.bot.name ?? "",
      ms: Math.round(ms),
      proveMs: Math.round(proveMs),
    })),
  };
}

function summarizePlayers(
  players: readonly Player[],
  holdings: readonly Holdings[],
): Summary["players"] {
  return players.map(({ bot, address, payout, pass }, index) => ({
    name: bot.name,
    address,
    payout,
    pass: pass.toString(),
    zkWei: String(holdings[index]?.zkWei),
    fastWei: String(holdings[index]?.fastWei),
    items: holdings[index]?.items ?? 0,
  }));
}

/** The winner lists the first prize, and another player buys it. */
async function sell(
  steps: Steps,
  players: readonly Player[],
  { minted }: RoundOutcome,
): Promise<Summary["sale"]> {
  // People may have come by, and won.
  const prize = minted.find(({ to }) => players.some(({ payout }) => payout === to));
  const seller = players.find(({ payout }) => payout === prize?.to);
  const buyer = players.find((player) => player !== seller);
  if (prize === undefined || seller === undefined || buyer === undefined) {
    throw new Error("the round minted nothing that could be sold");
  }
  const { tokenId } = prize;
  const { listingId } = await steps.run(`${seller.bot.name} lists the ${prize.item}`, () =>
    seller.bot.list({ tokenId, priceWei: PRICE_WEI }),
  );
  await steps.run(`${buyer.bot.name} buys it`, () =>
    buyer.bot.buy({ listingId, priceWei: PRICE_WEI }),
  );
  return {
    tokenId: tokenId.toString(),
    priceWei: PRICE_WEI.toString(),
    seller: seller.payout,
    buyer: buyer.address,
  };
}

async function replayLedger({ node }: GameServer, game: Arena): Promise<Summary["replay"]> {
  const { ledger, fastChainId, zkChainId } = node;
  const began = performance.now();
  const claimed = [fastChainId, zkChainId].map((id) => ledger.chainHead(id)?.header.stateRoot);
  const toHeight = ledger.head?.header.height ?? (0 as LedgerHeight);
  const programs = programsOf([game]);
  // A block that comes out otherwise than the ledger says is thrown with its height.
  const replayed = await verifyLedger({ ledger, fastChainId, zkChainId, programs, toHeight });
  const { fast, zk } = replayed.stateRoots;
  const rootsEqual = fast === claimed[0] && zk === claimed[1];
  if (!rootsEqual) throw new Error("the replay came to other state roots");
  return { rootsEqual, heights: replayed.heights, ms: Math.round(performance.now() - began) };
}

function addressesOf({ node }: GameServer, url: string): Summary["addresses"] {
  const { rpc, zkChainId, fastChainId } = node;
  const explorer = `${rpc.url}/explorer`;
  return { game: url, explorer, zkRpc: rpc.zkUrl, fastRpc: rpc.fastUrl, zkChainId, fastChainId };
}
