import type { Game } from "@weft/game";
import type { VerifyProgress } from "@weft/node";
import type { Hash } from "@weft/protocol";
import { Command } from "commander";
import { ExitCode } from "../errors.ts";
import { loadGames } from "../loadGames.ts";
import { type Output, toJson } from "../output.ts";
import { hashArgument, wholeArgument } from "../parseArguments.ts";
import { formatMs, Progress } from "../progress.ts";
import { type VerifyReport, verifyDirectory } from "./verifyDirectory.ts";

type Options = {
  readonly games?: readonly string[];
  readonly fromSnapshot?: true;
  readonly from?: number;
  readonly to?: number;
  readonly head?: Hash;
  readonly json?: true;
};

/** `weft verify DIR` */
export function createVerifyCommand(output: Output, exit: (code: number) => void): Command {
  return new Command("verify")
    .summary("replay a ledger and check everything in it")
    .description(
      "Replays the ledger in a node's data directory, and checks every hash link, signature, login, state root, " +
        "report with the seals that it depends on, and crossing. Names the first height that is wrong, and why. Changes nothing; the node may be running, " +
        "what it adds meanwhile isn't looked at.",
    )
    .argument("<dir>", "the node's data directory, or a copy of it")
    .option("--games <file...>", "modules that export the games to run again")
    .option("--from-snapshot", "take the fast chain's state from the newest snapshot")
    .option(
      "--from <height>",
      "the same, from the newest snapshot at or below a height",
      wholeArgument,
    )
    .option("--to <height>", "the last height to look at", wholeArgument)
    .option(
      "--head <hash>",
      "a block that the ledger must have: its tail can't have been cut then",
      hashArgument,
    )
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      "\nExits with 0 when nothing is wrong, 1 when something is, 3 when it can't be looked at.",
    )
    .action(async (dir: string, options: Options) => exit(await verify(dir, options, output)));
}

async function verify(dir: string, options: Options, output: Output): Promise<number> {
  const { err, signal } = output;
  const progress = new Progress({
    terminal: err,
    label: "verifying",
    nowMs: () => performance.now(),
  });
  const warnings: string[] = [];
  const games = await loadGames(options.games ?? []);
  const report = await verifyDirectory({
    dir,
    games,
    ...fromHeight(options),
    ...(options.to === undefined ? {} : { toHeight: options.to }),
    ...(options.head === undefined ? {} : { headHash: options.head }),
    signal,
    onWarning: (warning) => warnings.push(warning),
    onProgress: showOn(progress),
  }).finally(() => progress.end());
  warnings.push(...warningsOf(report, games));
  if (options.json) output.out(`${toJson({ ...report, warnings })}\n`);
  else output.out(describe(report, warnings));
  return report.ok ? ExitCode.ok : ExitCode.wrong;
}

function fromHeight({ from, fromSnapshot }: Options): { fromHeight?: number } {
  if (from !== undefined) return { fromHeight: from };
  return fromSnapshot === undefined ? {} : { fromHeight: Infinity };
}

function showOn(progress: Progress): (at: VerifyProgress) => void {
  let first: { ledgerMs: number; nowMs: number } | undefined;
  return ({ height, toHeight, timestampMs }) => {
    first ??= { ledgerMs: timestampMs, nowMs: performance.now() };
    const times = (timestampMs - first.ledgerMs) / Math.max(1, performance.now() - first.nowMs);
    progress.update(height + 1, toHeight + 1, `${times.toFixed(0)} times real time`);
  };
}

function warningsOf(report: VerifyReport, games: readonly Game[]): string[] {
  if (!report.ok) return [];
  const rooms = Object.entries(report.uncheckedRooms).map(([name, count]) => {
    const isGiven = games.some((game) => game.name === name);
    const why = isGiven
      ? whyOfGiven(report.snapshotHeight !== null)
      : "give its file with --games, as it was then";
    return `${count} ${count === 1 ? "room" : "rooms"} of ${name} not run again: ${why}`;
  });
  const { missing } = report.reports;
  return missing === 0
    ? rooms
    : [...rooms, `${missing} reports of the fast chain are not on the ZK chain`];
}

function whyOfGiven(isFromSnapshot: boolean): string {
  const declared = "the one given is declared otherwise: its version, players, round or actions";
  return isFromSnapshot ? `open at the snapshot, or ${declared}` : declared;
}

function describe(report: VerifyReport, warnings: readonly string[]): string {
  const lines = report.ok ? describeGood(report) : describeBad(report);
  return [...lines, ...warnings.map((warning) => `warning: ${warning}`), ""].join("\n");
}

function describeBad({ height, code, message }: VerifyReport & { ok: false }): string[] {
  const where = height === undefined ? "" : ` at height ${height}`;
  return [`wrong${where}: ${code}`, `  ${message}`];
}

function describeGood(report: VerifyReport & { ok: true }): string[] {
  const { heights, fastBlocks, zkBlocks, ledgerMs, tookMs, head, reports, snapshotHeight } = report;
  const times = (ledgerMs / Math.max(1, tookMs)).toFixed(0);
  const from = snapshotHeight === null ? "" : ", the fast chain's from a snapshot on";
  return [
    `nothing is wrong with ${heights} blocks${from}`,
    ...(snapshotHeight === null ? [] : [`  snapshot   height ${snapshotHeight}`]),
    `  head       ${head === null ? "none" : `${head.height} ${head.hash}`}`,
    `  blocks     ${fastBlocks} of the fast chain, ${zkBlocks} of the ZK chain`,
    `  reports    ${reports.arrived} on both chains`,
    `  time       ${formatMs(tookMs)} for ${formatMs(ledgerMs)} of play, ${times} times as fast`,
  ];
}
