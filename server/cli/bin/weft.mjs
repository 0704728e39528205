#!/usr/bin/env node
// The command `weft`. npx puts the checkout's own Node first in PATH; whoever starts this file with an older
// one gets that one all the same, since Weft's sources are TypeScript, which only a newer Node runs as it is.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const OLDEST_NODE_MAJOR = 24;
/** Of `ExitCode` in `../src/errors.ts`. */
const FAILED = 3;

const major = Number.parseInt(process.versions.node, 10);
if (major >= OLDEST_NODE_MAJOR) {
  const { runProgram } = await import("../src/main.ts");
  process.exitCode = await runProgram(process.argv.slice(2));
} else {
  const { resolve } = createRequire(import.meta.url);
  const node = join(dirname(resolve("node/package.json")), "bin", "node");
  const child = spawn(node, process.argv.slice(1), { stdio: "inherit" });
  // On a terminal, Ctrl-C goes to both; a second SIGINT would tell it not to stop gently.
  process.on("SIGINT", () => process.stdin.isTTY || child.kill("SIGINT"));
  process.on("SIGTERM", () => child.kill("SIGTERM"));
  const [code] = await once(child, "exit");
  process.exitCode = code ?? FAILED;
}
