import { writeFile } from "node:fs/promises";
import { gameHash } from "@weft/game";
import { type RecordedRound, recordRound, TestingError } from "@weft/testing";
import { Command } from "commander";
import { CliError, ExitCode } from "../errors.ts";
import { loadGames } from "../loadGames.ts";
import { type OpenedLedger, openLedger } from "../openLedger.ts";
import { type Output, toJson } from "../output.ts";
import { hashPrefixArgument } from "../parseArguments.ts";
import { listRounds, type Round } from "../rounds/listRounds.ts";
import { describeRound } from "../rounds/roundsCommand.ts";
import { describeStep } from "./describeStep.ts";
import { readRound } from "./readRound.ts";

type Options = {
  readonly round: string;
  readonly games?: readonly string[];
  readonly export?: string;
  readonly states?: boolean;
  readonly json?: true;
};

/** `weft replay DIR --round ID` */
export function createReplayCommand(output: Output, exit: (code: number) => void): Command {
  return new Command("replay")
    .summary("print a round step by step, or export it for a test")
    .description(
      "Reads a round out of a ledger and prints it step by step. With the game's file the round is run again, which shows what " +
        "became of each action and what it changed. --export writes a file that `assertDeterministic` of @weft/testing takes.",
    )
    .argument("<dir>", "the node's data directory, or a copy of it")
    .requiredOption(
      "--round <id>",
      "the round's id, or how it begins; `weft rounds` lists them",
      hashPrefixArgument,
    )
    .option("--games <file...>", "modules that export the round's game")
    .option("--states", "print what each step changed in the game's state; needs --games")
    .option("--export <file>", "write the round to a file instead")
    .option("--json", "print the round as one JSON object")
    .addHelpText(
      "after",
      "\nExits with 1 when the game makes something else of it than the ledger says.",
    )
    .action(async (dir: string, options: Options) => exit(await replay(dir, options, output)));
}

async function replay(dir: string, options: Options, output: Output): Promise<number> {
  const opened = await openLedger(dir);
  try {
    const round = findRound(opened, options.round, output.signal);
    const bare = readRound(opened, round, output.signal);
    const played = await play(bare, round, options, output);
    await show(played, round, options, output);
    return ExitCode.ok;
  } catch (error) {
    if (!(error instanceof TestingError) || error.code !== "DIVERGED") throw error;
    const { code, message } = error;
    output.out(
      options.json ? `${toJson({ ok: false, code, message })}\n` : `${code}: ${message}\n`,
    );
    return ExitCode.wrong;
  } finally {
    await opened.close();
  }
}

function findRound(opened: OpenedLedger, wanted: string, signal: AbortSignal): Round {
  const found = listRounds(opened, signal).filter(({ roundId }) => roundId.startsWith(wanted));
  const [round] = found;
  if (round !== undefined && found.length === 1) return round;
  const problem = round === undefined ? "no round" : `${found.length} rounds`;
  throw new CliError("ROUND_UNKNOWN", `${problem} with an id that begins with ${wanted}`, {
    details: { roundId: wanted, found: found.length },
  });
}

/** Runs the game over the round, where it is known. */
async function play(
  bare: RecordedRound,
  { firstEvent }: Round,
  { games: files = [], states }: Options,
  { err }: Output,
): Promise<RecordedRound> {
  const games = await loadGames(files);
  const game = games.find((one) => gameHash(one) === bare.game.hash);
  if (game !== undefined) return recordRound(game, bare, firstEvent);
  const { name } = bare.game;
  const isOther = games.some((one) => one.name === name);
  const problem = isOther
    ? `${name} isn't declared as it was when the round was played`
    : `${name} isn't among the games: give its file with --games`;
  if (states || files.length > 0) {
    throw new CliError("GAMES_INVALID", problem, { details: { game: name } });
  }
  err.write(`warning: ${problem}; what became of the actions isn't known\n`);
  return bare;
}

async function show(
  played: RecordedRound,
  round: Round,
  { export: file, json, states = false }: Options,
  { out }: Output,
): Promise<void> {
  if (file !== undefined) {
    await write(file, played);
    const { steps, roundId } = played;
    const written = { file, roundId, steps: steps.length };
    out(json ? `${toJson(written)}\n` : `${steps.length} steps of ${roundId} are in ${file}\n`);
  } else if (json) {
    out(`${JSON.stringify(played)}\n`);
  } else {
    out(`${describeRound(round)}\n`);
    for (const step of played.steps) {
      if (step.index < round.firstEvent) continue;
      out(`${describeStep(step, { states }).join("\n")}\n`);
    }
  }
}

async function write(file: string, played: RecordedRound): Promise<void> {
  try {
    await writeFile(file, `${JSON.stringify(played)}\n`);
  } catch (cause) {
    throw new CliError("EXPORT_FAILED", `${file} can't be written: ${(cause as Error).message}`, {
      details: { file },
      cause,
    });
  }
}
