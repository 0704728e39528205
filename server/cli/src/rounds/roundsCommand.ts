import { Command } from "commander";
import { openLedger } from "../openLedger.ts";
import { type Output, toJson } from "../output.ts";
import { listRounds, type Round } from "./listRounds.ts";

type Options = { readonly game?: string; readonly json?: true };

/** `weft rounds DIR` */
export function createRoundsCommand(output: Output): Command {
  return new Command("rounds")
    .summary("list the rounds that a ledger has")
    .description("Lists the rounds in a ledger, in the order in which they opened. Checks nothing.")
    .argument("<dir>", "the node's data directory, or a copy of it")
    .option("--game <name>", "only rounds of this game")
    .option("--json", "print one JSON object")
    .action((dir: string, options: Options) => rounds(dir, options, output));
}

async function rounds(dir: string, { game, json }: Options, output: Output): Promise<void> {
  const opened = openLedger(dir);
  try {
    const found = listRounds(await opened, output.signal).filter(
      (round) => game === undefined || round.game === game,
    );
    output.out(json ? `${toJson({ rounds: found })}\n` : describe(found));
  } finally {
    await (await opened).close();
  }
}

function describe(rounds: readonly Round[]): string {
  if (rounds.length === 0) return "no rounds\n";
  return rounds.map((round) => `${describeRound(round)}\n`).join("");
}

/** One line on a round. */
export function describeRound({ roundId, game, roomName, players, ...round }: Round): string {
  const opened = `opened at height ${round.openedHeight}, ${new Date(round.openedMs).toISOString()}`;
  return `${roundId} ${game} in room ${roomName}, ${players} players, ${opened}, ${endOf(round.end)}`;
}

function endOf(end: Round["end"]): string {
  if (end === undefined) return "not ended";
  return end.outcome === "void"
    ? `void: ${end.code}`
    : `reported with ${end.actions} actions and ${end.prizes} prizes`;
}
