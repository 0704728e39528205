import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

const require = createRequire(import.meta.url);
const anvilPath = require.resolve("@foundry-rs/anvil/bin.mjs");

/** A running anvil, and how to end it. */
export interface Anvil {
  readonly url: string;
  stop(): Promise<void>;
}

/**
 * Starts an Ethereum development node on a free port, at the hardfork of the ZK chain.
 * @param more of anvil's options
 */
export async function startAnvil(more: readonly string[] = []): Promise<Anvil> {
  const options = ["--port", "0", "--hardfork", "osaka", "--enable-tx-gas-limit", ...more];
  const child = spawn(process.execPath, [anvilPath, ...options], {
    env: { ...process.env, TARGET_TOOL: "anvil" },
    stdio: ["ignore", "pipe", "ignore"],
  });
  const exited = once(child, "exit");
  // SIGTERM, since the wrapper hands it on to the node; after SIGKILL that would stay behind.
  const terminate = () => child.kill("SIGTERM");
  // Also when this process ends before a test could stop what it started.
  process.once("exit", terminate);

  let address: string | undefined;
  for await (const line of createInterface({ input: child.stdout })) {
    address = /^Listening on (\S+)/.exec(line)?.[1];
    if (address !== undefined) break;
  }
  if (address === undefined) throw new Error("anvil ended before it listened");
  child.stdout.resume();

  return {
    url: `http://${address}`,
    async stop() {
      process.off("exit", terminate);
      terminate();
      await exited;
    },
  };
}
