#!/usr/bin/env node
// The command `create-weft`, which `npm create weft` runs. npm puts the checkout's own Node first in PATH; whoever starts this file with an older
// one gets that one all the same, since Weft's sources are TypeScript, which only a newer Node runs as it is.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

const OLDEST_NODE_MAJOR = 24;

const major = Number.parseInt(process.versions.node, 10);
if (major >= OLDEST_NODE_MAJOR) {
  const { runProgram } = await import("../src/main.ts");
  process.exitCode = await runProgram(process.argv.slice(2));
} else {
  const { resolve } = createRequire(import.meta.url);
  const node = join(dirname(resolve("node/package.json")), "bin", "node");
  const { status } = spawnSync(node, process.argv.slice(1), { stdio: "inherit" });
  process.exitCode = status ?? 1;
}
