import { CodedError } from "@weft/protocol";
import { Command, CommanderError } from "commander";
import { CliError, ExitCode } from "./errors.ts";
import { createFollowCommand } from "./follow/followCommand.ts";
import { createLoadCommand } from "./load/loadCommand.ts";
import type { Output } from "./output.ts";
import { createReplayCommand } from "./replay/replayCommand.ts";
import { createRoundsCommand } from "./rounds/roundsCommand.ts";
import { createVerifyCommand } from "./verify/verifyCommand.ts";

export type { BotAction, BotContext, LoadBot } from "./load/bot.ts";

/** The command `weft`, as this process. @returns what to exit with */
export async function runProgram(argv: readonly string[]): Promise<number> {
  const stopping = new AbortController();
  const stop = (): void => {
    // Who asks a second time doesn't want to wait.
    if (stopping.signal.aborted) process.exit(ExitCode.failed);
    stopping.abort();
  };
  process.on("SIGINT", stop);
  process.on("SIGTERM", stop);
  // Who reads it has seen enough, as in `weft replay … | head`: that says nothing of the ledger.
  process.stdout.on("error", () => process.exit(ExitCode.failed));
  const output: Output = {
    out: (text) => process.stdout.write(text),
    err: process.stderr,
    signal: stopping.signal,
  };
  try {
    return await runCommand(argv, output);
  } finally {
    process.off("SIGINT", stop);
    process.off("SIGTERM", stop);
  }
}

/** Runs one command line. Never rejects. @returns what to exit with */
export async function runCommand(argv: readonly string[], output: Output): Promise<number> {
  let code: number = ExitCode.ok;
  const exit = (value: number): void => {
    code = value;
  };
  const program = new Command("weft")
    .description(
      "Looks after Weft's ledgers: checks them, follows them, plays their rounds again. Tests servers under load.",
    )
    .showHelpAfterError()
    .exitOverride()
    .configureOutput({ writeOut: output.out, writeErr: (text) => output.err.write(text) });
  const commands = [
    createVerifyCommand(output, exit),
    createFollowCommand(output, exit),
    createRoundsCommand(output),
    createReplayCommand(output, exit),
    createLoadCommand(output, exit),
  ];
  for (const command of commands) {
    program.addCommand(command.copyInheritedSettings(program));
  }
  try {
    await program.parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? ExitCode.ok : ExitCode.usage;
    output.err.write(`${describeError(error, output.signal)}\n`);
    return error instanceof CliError && error.code === "USAGE" ? ExitCode.usage : ExitCode.failed;
  }
}

function describeError(error: unknown, signal: AbortSignal): string {
  if (signal.aborted) return "stopped";
  if (error instanceof CodedError) return `${error.code}: ${error.message}`;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
