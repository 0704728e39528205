import { setTimeout as wait } from "node:timers/promises";
import { createClient, type Session, type WeftClient } from "@weft/client-sdk";
import type { Game } from "@weft/game";
import { CliError } from "../errors.ts";
import { loadGames } from "../loadGames.ts";
import type { Output } from "../output.ts";
import { howToWrite, type LoadBot, loadBot } from "./bot.ts";
import { findKnee, stepsUpTo } from "./findKnee.ts";
import {
  KNEE_MAX_ERRORS,
  KNEE_MAX_P99_MS,
  KNEE_MIN_RATE,
  KNEE_STEPS,
  SETTLE_MS,
} from "./limits.ts";
import { type LoadReport, reportOfKnee, reportOfStep } from "./loadReport.ts";
import { LoadRun } from "./loadRun.ts";
import { LoadView } from "./loadView.ts";
import { openSessions } from "./openSessions.ts";
import { readPlayers, writePlayers } from "./playersFile.ts";

export type LoadOptions = {
  readonly games?: readonly string[];
  readonly game?: string;
  readonly bot?: string;
  readonly clients: number;
  readonly rate: number;
  readonly duration: number;
  readonly ramp: number;
  readonly perRoom?: number;
  readonly rooms?: number;
  readonly state?: true;
  readonly seed: number;
  readonly players?: string;
  readonly findKnee?: true;
  readonly step?: number;
  readonly maxP99?: number;
  readonly maxErrors?: number;
  readonly minRate?: number;
};

const nowMs = () => performance.now();
/** A signal ends it early, and is no error here. */
const waitFor = (ms: number, signal: AbortSignal) =>
  wait(ms, undefined, { signal }).catch(() => {});

/**
 * Plays against a server as many players, and measures.
 * @throws CliError USAGE, GAMES_INVALID, BOT_INVALID, BOT_FAILED, GAME_NOT_HOSTED, NO_FAUCET, PLAYERS_INVALID; ClientError,
 * ServerError where nobody can log in
 */
export async function runLoad(
  url: string,
  options: LoadOptions,
  { err, signal }: Pick<Output, "err" | "signal">,
): Promise<LoadReport> {
  const { game, bot } = await readGame(options);
  const client = createClient({ url });
  const { games } = await client.info();
  if (!games.includes(game.name)) {
    throw new CliError("GAME_NOT_HOSTED", `${url} hosts ${games.join(", ")}, not ${game.name}`, {
      details: { game: game.name, hosted: games },
    });
  }
  const view = new LoadView(err, `${game.name} on ${url}`);
  try {
    const sessions = await openAll(client, game, options, view, signal);
    const run = new LoadRun({
      ...{ game, bot, sessions, nowMs, signal },
      ...{ rate: options.rate, seed: options.seed, readState: options.state === true },
      perRoom: perRoomOf(options),
    });
    view.watch(() => run.live());
    try {
      return await measure(run, { url, game: game.name, options, view, signal });
    } finally {
      view.end();
      await run.stop();
    }
  } finally {
    view.end();
  }
}

type Measuring = {
  readonly url: string;
  readonly game: string;
  readonly options: LoadOptions;
  readonly view: LoadView;
  readonly signal: AbortSignal;
};

async function measure(
  run: LoadRun,
  { url, game, options, view, signal }: Measuring,
): Promise<LoadReport> {
  const { clients, rate, seed, duration, ramp, maxP99, maxErrors, minRate } = options;
  const measureMs = duration * 1000;
  const head = (seconds: number | undefined) => ({
    ...{ url, game, rate, seed },
    endedEarly: signal.aborted || (seconds ?? 0) < duration,
  });
  if (options.findKnee === undefined) {
    const growMs = ramp * 1000;
    const result = await run.step({ clients, growMs, settleMs: 0, measureMs });
    const bounds = { maxP99Ms: maxP99, maxErrors, minRate };
    return reportOfStep(head(result?.seconds), result, bounds);
  }
  const steps = stepsUpTo(clients, options.step ?? Math.ceil(clients / KNEE_STEPS));
  const growMs = (ramp * 1000) / steps.length;
  const knee = await findKnee({
    clients: steps,
    bounds: {
      maxP99Ms: maxP99 ?? KNEE_MAX_P99_MS,
      maxErrors: maxErrors ?? KNEE_MAX_ERRORS,
      minRate: minRate ?? KNEE_MIN_RATE,
    },
    run: async (count) => {
      if (signal.aborted) return undefined;
      const result = await run.step({ clients: count, growMs, settleMs: SETTLE_MS, measureMs });
      // A step that was cut short says little.
      return signal.aborted ? undefined : result;
    },
    onStep: (step) => view.step(step),
  });
  return reportOfKnee(head(duration), knee);
}

async function openAll(
  client: WeftClient,
  { name: game }: Game,
  { clients: count, players: file }: LoadOptions,
  view: LoadView,
  signal: AbortSignal,
): Promise<Session[]> {
  const players = file === undefined ? [] : readPlayers(file);
  const onProgress = view.login.bind(view);
  try {
    const session = { client, game, count, players };
    return await openSessions({ ...session, onProgress, nowMs, wait: waitFor, signal });
  } finally {
    if (file !== undefined) writePlayers(file, players);
  }
}

async function readGame(options: LoadOptions): Promise<{ game: Game; bot: LoadBot }> {
  const { games: files = [], game: name, bot } = options;
  if (files.length === 0) {
    const message = "which game? Give its module with --games, and a bot that plays it with --bot";
    throw new CliError("USAGE", message);
  }
  const games = await loadGames(files);
  const game = name === undefined ? games[0] : games.find((one) => one.name === name);
  const names = games.map((one) => one.name).join(", ");
  if (game === undefined) throw new CliError("USAGE", `no game ${name} in the files: ${names}`);
  if (name === undefined && new Set(games.map((one) => one.name)).size > 1) {
    throw new CliError("USAGE", `which game? --game says it, of ${names}`);
  }
  if (bot === undefined) {
    const message = `what are players to do? Give a module with --bot that has ${howToWrite(game)}`;
    throw new CliError("USAGE", message);
  }
  return { game, bot: await loadBot(bot, game) };
}

function perRoomOf({ perRoom, rooms, clients }: LoadOptions): number | undefined {
  return rooms === undefined ? perRoom : Math.ceil(clients / rooms);
}
