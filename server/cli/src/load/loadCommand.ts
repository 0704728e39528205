import { Command, InvalidArgumentError, Option } from "commander";
import { ExitCode } from "../errors.ts";
import { type Output, toJson } from "../output.ts";
import { urlArgument, wholeArgument } from "../parseArguments.ts";
import { describeReport } from "./describe.ts";
import { MAX_CLIENTS, MAX_RATE, MAX_SECONDS, MAX_STEPS } from "./limits.ts";
import { type LoadOptions, runLoad } from "./runLoad.ts";

const DEFAULT_CLIENTS = 50;
const DEFAULT_RATE = 10;
const DEFAULT_SECONDS = 20;
const DEFAULT_RAMP_SECONDS = 5;
const MAX_P99_MS = 3_600_000;

type Options = LoadOptions & { readonly json?: true };

/** `weft load URL` */
export function createLoadCommand(output: Output, exit: (code: number) => void): Command {
  const seconds = numberFrom(0, MAX_SECONDS);
  return new Command("load")
    .summary("play against a server as many players, and measure how it holds")
    .description(
      "Logs in as many players, lets a bot play each, at a pace that the server can't slow down, and measures how long\n" +
        "actions take until their players are told that they are applied, and ordered on disk. With --find-knee in steps, up\n" +
        "to the load that the server doesn't hold any more. Ctrl-C ends it early.",
    )
    .argument("<url>", "the game server: http://127.0.0.1:2567", urlArgument)
    .option("--games <file...>", "modules that export the game")
    .option("--game <name>", "which game of them")
    .option("--bot <file>", "module whose function `bot` says what a player does next")
    .option("--clients <n>", "players", wholeFrom(1, MAX_CLIENTS), DEFAULT_CLIENTS)
    .option("--rate <r>", "actions of each a second", numberFrom(0.01, MAX_RATE), DEFAULT_RATE)
    .option("--duration <s>", "seconds to measure, of each step", seconds, DEFAULT_SECONDS)
    .option("--ramp <s>", "seconds in which all of them come", seconds, DEFAULT_RAMP_SECONDS)
    .addOption(
      new Option("--rooms <n>", "rooms to make and to spread them over")
        .argParser(wholeFrom(1, MAX_CLIENTS))
        .conflicts("perRoom"),
    )
    .option(
      "--per-room <n>",
      "the same by players of a room; else the server fills rooms",
      wholeFrom(1, MAX_CLIENTS),
    )
    .option("--state", "bots see the room's state; this costs the generator more than all else")
    .option("--seed <n>", "of the bots' randomness", wholeArgument, 1)
    .option("--players <file>", "players with their passes: those in it log in, new ones are added")
    .option("--find-knee", "step the players up until it doesn't hold, or all are there")
    .option("--step <n>", "players of a step; else a tenth of them", wholeFrom(1, MAX_CLIENTS))
    .option("--max-p99 <ms>", "fail over this p99 of `ordered`", numberFrom(0, MAX_P99_MS))
    .option("--max-errors <share>", "fail over this share of failed actions", numberFrom(0, 1))
    .option("--min-rate <share>", "fail under this share of the wanted rate", numberFrom(0, 1))
    .option("--json", "print one JSON object")
    .addHelpText(
      "after",
      "\nExits with 0 when it held, 1 when it didn't, 2 when the command line is wrong, 3 when nothing could be measured.",
    )
    .action(async (url: string, options: Options, command: Command) => {
      const { step, clients } = options;
      if (step !== undefined && clients / step > MAX_STEPS) {
        command.error(`error: over ${MAX_STEPS} steps`, { exitCode: ExitCode.usage });
      }
      exit(await load(url, options, output));
    });
}

async function load(url: string, options: Options, output: Output): Promise<number> {
  const report = await runLoad(url, options, output);
  output.out(options.json ? `${toJson(report)}\n` : describeReport(report));
  return report.held ? ExitCode.ok : ExitCode.wrong;
}

function numberFrom(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && value >= least && value <= most) return value;
    throw new InvalidArgumentError(`A number from ${least} to ${most} is wanted.`);
  };
}

function wholeFrom(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = wholeArgument(text);
    if (value >= least && value <= most) return value;
    throw new InvalidArgumentError(`A whole number from ${least} to ${most} is wanted.`);
  };
}
