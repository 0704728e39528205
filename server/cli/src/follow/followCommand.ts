import { programsOf } from "@weft/game";
import {
  createConsoleLogger,
  type Follower,
  type FollowProgress,
  faultOf,
  type Logger,
  silentLogger,
  startFollower,
} from "@weft/node";
import type { Hash } from "@weft/protocol";
import { Command } from "commander";
import { ExitCode } from "../errors.ts";
import { isFinding } from "../findings.ts";
import { loadGames } from "../loadGames.ts";
import { type Output, toJson } from "../output.ts";
import { hashArgument, portArgument, urlArgument } from "../parseArguments.ts";
import { Progress } from "../progress.ts";

/** One above a node's own, so that both can be on one machine. */
const DEFAULT_PORT = 8546;

type Options = {
  readonly dataDir?: string;
  readonly rpcHost: string;
  readonly rpcPort: number;
  readonly games?: readonly string[];
  readonly genesis?: Hash;
  readonly json?: true;
  readonly verbose?: true;
};

/** What `--json` prints, a line each. */
type FollowEvent =
  | { readonly event: "listening"; readonly rpc: string; readonly height: number }
  | { readonly event: "caughtUp"; readonly height: number; readonly tookMs: number }
  | { readonly event: "stopped"; readonly height: number }
  | {
      readonly event: "wrong";
      readonly height?: number;
      readonly code: string;
      readonly message: string;
    };

/** `weft follow URL` */
export function createFollowCommand(output: Output, exit: (code: number) => void): Command {
  return new Command("follow")
    .summary("copy a node's ledger, check it, and serve what there is to read")
    .description(
      "Copies the ledger of a running node over the network, checks every block as `weft verify` does, and serves the same " +
        "JSON-RPC, but for sending transactions. Connects again when the node goes away; stops at the first wrong block, at a " +
        "fork, and at another ledger. Ends with SIGINT or SIGTERM.",
    )
    .argument(
      "<url>",
      "the node's JSON-RPC server, without a path: http://127.0.0.1:8545",
      urlArgument,
    )
    .option(
      "--data-dir <dir>",
      "keep the ledger in this folder, and go on from what is there; in memory without it",
    )
    .option("--rpc-host <host>", "where JSON-RPC listens", "127.0.0.1")
    .option("--rpc-port <port>", "its port, 0 for any free one", portArgument, DEFAULT_PORT)
    .option("--games <file...>", "modules that export the games to run again")
    .option(
      "--genesis <hash>",
      "hash of the ledger's first block: any other ledger is refused",
      hashArgument,
    )
    .option("--json", "print what happens as one JSON object a line")
    .option("--verbose", "log everything")
    .action(async (url: string, options: Options) => exit(await follow(url, options, output)));
}

async function follow(url: string, options: Options, output: Output): Promise<number> {
  const { signal } = output;
  const beganMs = performance.now();
  const catchingUp = new CatchingUp(output, (height) =>
    tell({ event: "caughtUp", height, tookMs: Math.round(performance.now() - beganMs) }),
  );
  const tell = (event: FollowEvent) =>
    output.out(options.json ? `${toJson(event)}\n` : `${describe(event)}\n`);
  let follower: Follower | undefined;
  try {
    const games = await loadGames(options.games ?? []);
    follower = await startFollower({
      url,
      programs: programsOf(games),
      rpc: { host: options.rpcHost, port: options.rpcPort },
      ...(options.dataDir === undefined ? {} : { dataDir: options.dataDir }),
      ...(options.genesis === undefined ? {} : { genesis: options.genesis }),
      logger: loggerOf(options),
      signal,
      onProgress: (progress) => catchingUp.note(progress),
    });
    tell({ event: "listening", rpc: follower.rpc.url, height: heightOf(follower) });
    catchingUp.begin();
    const failure = await Promise.race([follower.failed, aborted(signal)]);
    if (failure !== undefined) throw failure;
    tell({ event: "stopped", height: heightOf(follower) });
    return ExitCode.ok;
  } catch (error) {
    if (signal.aborted && follower === undefined) return ExitCode.ok;
    const fault = isFinding(error) ? faultOf(error) : undefined;
    if (fault === undefined) throw error;
    const { height, code, message } = fault;
    tell({ event: "wrong", ...(height === undefined ? {} : { height }), code, message });
    return ExitCode.wrong;
  } finally {
    catchingUp.end();
    await follower?.stop();
  }
}

/** Shows how far it is until it has what the node had when it was connected to. */
class CatchingUp {
  readonly #progress: Progress;
  readonly #onDone: (height: number) => void;
  #isShown = false;
  #isDone = false;
  #newest: FollowProgress | undefined;

  constructor({ err }: Output, onDone: (height: number) => void) {
    const nowMs = () => performance.now();
    this.#progress = new Progress({ terminal: err, label: "catching up", nowMs });
    this.#onDone = onDone;
  }

  /** From here on there is somebody to tell. */
  begin(): void {
    this.#isShown = true;
    if (this.#newest !== undefined) this.note(this.#newest);
  }

  note(progress: FollowProgress): void {
    this.#newest = progress;
    if (!this.#isShown || this.#isDone) return;
    const { height, sourceHeight } = progress;
    this.#progress.update(height + 1, sourceHeight + 1);
    if (height < sourceHeight) return;
    this.end();
    this.#onDone(height);
  }

  end(): void {
    if (!this.#isDone) this.#progress.end();
    this.#isDone = true;
  }
}

const heightOf = ({ ledger }: Follower): number => ledger.head?.header.height ?? -1;

function aborted(signal: AbortSignal): Promise<undefined> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve(undefined);
    signal.addEventListener("abort", () => resolve(undefined), { once: true });
  });
}

function loggerOf({ json, verbose }: Options): Logger {
  if (verbose) return createConsoleLogger("debug");
  return json ? silentLogger : createConsoleLogger("info");
}

function describe(event: FollowEvent): string {
  switch (event.event) {
    case "listening":
      return `JSON-RPC at ${event.rpc}/zk and ${event.rpc}/fast, ${event.height + 1} blocks so far`;
    case "caughtUp":
      return `caught up at height ${event.height}`;
    case "stopped":
      return `stopped at height ${event.height}`;
    case "wrong":
      return `wrong${event.height === undefined ? "" : ` at height ${event.height}`}: ${event.code}\n  ${event.message}`;
  }
}
