import { setTimeout as wait } from "node:timers/promises";
import { ServerProcess } from "@weft/rooms/testing";
import { verifyDirectory } from "../../src/verify/verifyDirectory.ts";
import { FaultPlayer, faultGame, GAME_OPTIONS } from "./faultPlayer.ts";
import { assertHolds, until } from "./holds.ts";
import { createRandom, type Random } from "./random.ts";

/** No wait in here takes that long unless something is wrong. */
const PATIENCE_MS = 120_000;
/** What a server never says unless it has a bug. */
const NEVER_LOGGED = new Set([
  "the room could not do what it must",
  "a room could not be resumed",
  "a room can't go on and is closed",
  "a round's step failed unexpectedly",
  "a void round could not be written into the log",
]);
/** Why a round may be void in here: it was opened on the ZK chain, but not in the ledger, and then otherwise; or it is all over. */
const EXPECTED_VOID = new Set(["ROUND_STALE", "ROOM_CLOSED"]);

export type KillOptions = {
  readonly kills: number;
  /** The same seed kills at the same moments of the same play, as far as the machine lets it. */
  readonly seed: number;
  readonly log: (line: string) => void;
};

export type KillSummary = {
  readonly kills: number;
  /** When it was killed: while it started, while players came back, while they played. */
  readonly killedIn: Readonly<Record<Moment, number>>;
  readonly actions: number;
  readonly comebacks: number;
  readonly roundsReported: number;
  readonly tookMs: number;
};

type Moment = "starting" | "comingBack" | "playing";

/**
 * Kills a game server at random moments while players play, and starts it again on what it left. Afterwards every action of
 * every player has been applied exactly once, all rounds that were reported have minted their prizes exactly
 * once, and the ledger verifies.
 * @throws Error that says what doesn't hold
 */
export async function runKills({ kills, seed, log }: KillOptions): Promise<KillSummary> {
  const startMs = performance.now();
  const random = createRandom(seed);
  const first = await ServerProcess.start({
    game: GAME_OPTIONS,
    // Snapshots are as young as can be, so that all that there is of them is used, and cut short. Nobody is thrown out for
    // being slow, on whatever machine this is.
    settings: { snapshotMs: 0, checkpointMs: 100, sealTimeoutMs: 600_000, sealGraceMs: 600_000 },
    standby: true,
  });
  const victim = new Victim(first);
  const players: FaultPlayer[] = [];
  try {
    players.push(...(await seatPlayers(first.url, random)));
    const killedIn: Record<Moment, number> = { starting: 0, comingBack: 0, playing: 0 };
    for (const player of players) player.play(random);
    for (let kill = 1; kill <= kills; kill++) {
      const moment = await killOnce(victim, players, random);
      killedIn[moment]++;
      checkLogs(first);
      if (kill % 10 === 0) log(`${kill} kills, ${sum(players, ({ sent }) => sent)} actions`);
    }
    await victim.started();
    const roundsReported = await finish(first, players);
    await verify(first, log);
    return {
      kills,
      killedIn,
      actions: sum(players, ({ sent }) => sent),
      comebacks: sum(players, ({ comebacks }) => comebacks),
      roundsReported,
      tookMs: Math.round(performance.now() - startMs),
    };
  } finally {
    for (const player of players) player.stop();
    await first.remove();
  }
}

/** Two in a room, who play rounds, and one who waits for a second player, and counts meanwhile. */
async function seatPlayers(url: string, random: Random): Promise<FaultPlayer[]> {
  const one = await FaultPlayer.join(url, random);
  const two = await FaultPlayer.join(url, random, one.roomId);
  return [one, two, await FaultPlayer.join(url, random)];
}

/** The server, from one life to the next. */
class Victim {
  readonly #server: ServerProcess;
  /** Its newest start: killed before it is through, perhaps. */
  #starting: Promise<unknown> = Promise.resolve();

  constructor(server: ServerProcess) {
    this.#server = server;
  }

  started(): Promise<unknown> {
    return until("the server starts", () => this.#starting, PATIENCE_MS);
  }

  async kill(): Promise<void> {
    await this.#server.kill();
    this.#starting = this.#server.begin();
    this.#starting.catch(() => {});
  }
}

/** Kills the running server at a random moment, and begins to start the next one. */
async function killOnce(
  victim: Victim,
  players: readonly FaultPlayer[],
  random: Random,
): Promise<Moment> {
  const moment = random.pick<Moment>({ starting: 4, comingBack: 7, playing: 9 });
  if (moment === "starting") {
    await wait(random.below(600));
  } else {
    await victim.started();
    if (moment === "playing") await allPlay(players);
    await wait(random.below(moment === "playing" ? 400 : 300));
  }
  await victim.kill();
  return moment;
}

/** Everybody is back, and has something new on disk. */
function allPlay(players: readonly FaultPlayer[]): Promise<unknown> {
  const fresh = players.map((player) => player.nextSequenced());
  return until("all players are back and play", () => Promise.all(fresh), PATIENCE_MS);
}

/** Lets everything come to its end. @returns how many rounds were reported. */
async function finish(server: ServerProcess, players: readonly FaultPlayer[]): Promise<number> {
  for (const player of players) player.stop();
  for (const player of players) {
    await until("all actions are on disk", () => player.allSequenced(), PATIENCE_MS);
    if (!player.playsRounds) {
      await until("all actions count", () => player.allCounted(), PATIENCE_MS);
    }
  }
  for (const player of players) await player.leave();
  await until("all rooms are closed", () => roomsClosed(server), PATIENCE_MS);
  for (const player of players) player.assertClean();
  checkLogs(server);
  return checkRounds(server);
}

/** Rounds that were reported have minted their prizes, once. @returns how many were reported. */
async function checkRounds(server: ServerProcess): Promise<number> {
  // By round: one is told of again when the server was killed before it knew that all was well.
  const reported = new Map<string, number>();
  for (const message of server.heard) {
    if (message.type !== "round" || message.phase !== "reported") continue;
    assertHolds(message.withheld === 0, "no prize is withheld");
    reported.set(message.roundId, message.minted ?? 0);
  }
  for (const message of server.heard) {
    if (message.type !== "round" || message.phase !== "void") continue;
    assertHolds(EXPECTED_VOID.has(message.code ?? ""), `no round is void with ${message.code}`);
    assertHolds(!reported.has(message.roundId), "no round is reported and void");
  }
  const minted = ((await server.ask("items")) as readonly string[]).length;
  const told = sum([...reported.values()], (prizes) => prizes);
  assertHolds(minted === told, `prizes are minted once: ${minted}, and ${told} were told of`);
  return reported.size;
}

async function roomsClosed(server: ServerProcess): Promise<void> {
  while (((await server.ask("rooms")) as unknown[]).length > 0) await wait(20);
}

function checkLogs({ heard }: ServerProcess): void {
  for (const message of heard) {
    if (message.type !== "log" || !NEVER_LOGGED.has(message.message)) continue;
    assertHolds(false, `never logged: ${message.message} ${JSON.stringify(message.fields)}`);
  }
}

async function verify(server: ServerProcess, log: KillOptions["log"]): Promise<void> {
  await server.kill("SIGTERM");
  const report = await verifyDirectory({ dir: server.dataDir, games: [faultGame] });
  assertHolds(report.ok, `the ledger verifies: ${JSON.stringify(report)}`);
  if (report.ok) log(`verified ${report.heights} blocks`);
}

function sum<T>(all: readonly T[], of: (one: T) => number): number {
  return all.reduce((total, one) => total + of(one), 0);
}
