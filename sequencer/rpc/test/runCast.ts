import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { promisify } from "node:util";

const require = createRequire(import.meta.url);
const castPath = require.resolve("@foundry-rs/cast/bin.mjs");
const run = promisify(execFile);
/** A call that hangs fails its test with what it was, rather than as a timeout of the test. */
const TIMEOUT_MS = 20_000;

/**
 * Runs Foundry's `cast` on a node.
 * @returns what it prints; as JSON where it can
 * @throws what it complains of: its npm wrapper doesn't hand the exit code on
 */
export async function runCast(url: string, ...args: string[]): Promise<unknown> {
  const env = { ...process.env, TARGET_TOOL: "cast", ETH_RPC_URL: url };
  const { stdout, stderr } = await run(process.execPath, [castPath, ...args], {
    env,
    timeout: TIMEOUT_MS,
  });
  if (stderr.startsWith("Error")) throw new Error(stderr.trim());
  try {
    return JSON.parse(stdout);
  } catch {
    return stdout.trim();
  }
}
