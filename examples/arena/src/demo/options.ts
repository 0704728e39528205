import { createConsoleLogger, type Logger, silentLogger } from "@weft/node";
import { Command, InvalidArgumentError } from "commander";

export type DemoOptions = {
  readonly json: boolean;
  /** Go on serving after the summary. */
  readonly stay: boolean;
  readonly port: number;
  readonly rpcPort: number;
  readonly dataDir: string | undefined;
  readonly bots: number;
  readonly roundSeconds: number;
  readonly actionsPerSecond: number;
  readonly logger: Logger;
};

/** Reads the command line; prints help and exits where that is asked for, or where it can't be read. */
export function parseOptions(argv: readonly string[]): DemoOptions {
  const command = new Command("weft-arena")
    .description("Plays one real round of the arena with bots, from login to a traded prize.")
    .option("--json", "print the summary as one JSON object on standard output, then exit")
    .option("--stay", "go on serving after the summary, until Ctrl-C")
    .option("--port <port>", "port of the game server, 0 for any free one", whole(0, 65_535), 2567)
    .option("--rpc-port <port>", "port of JSON-RPC, 0 for any free one", whole(0, 65_535), 8545)
    .option("--data-dir <dir>", "keep the ledger in this folder; in memory without it")
    .option("--bots <count>", "players in the round", whole(2, 8), 4)
    .option("--round-seconds <seconds>", "length of a round; 20, or with --stay 45", whole(3, 600))
    .option("--rate <actions>", "actions a second of each bot", whole(1, 100), 25)
    .option("--verbose", "log what the node and the server do");
  const options = command.parse(argv, { from: "user" }).opts();
  return {
    json: options.json === true,
    stay: options.stay === true,
    port: options.port,
    rpcPort: options.rpcPort,
    dataDir: options.dataDir,
    bots: options.bots,
    roundSeconds: options.roundSeconds ?? (options.stay === true ? 45 : 20),
    actionsPerSecond: options.rate,
    logger: options.verbose === true ? createConsoleLogger("debug") : silentLogger,
  };
}

function whole(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (Number.isInteger(value) && value >= min && value <= max) return value;
    throw new InvalidArgumentError(`a whole number from ${min} to ${max} is wanted`);
  };
}
