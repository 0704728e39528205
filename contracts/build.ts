// Compiles the contracts into `generated/`; with `--check`, only says whether that folder is up to date.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findStaleFiles } from "./compiler/findStaleFiles.ts";
import { generateFiles } from "./compiler/generateFiles.ts";

const folder = fileURLToPath(new URL("generated", import.meta.url));
const { files, warnings } = generateFiles();
for (const warning of warnings) console.warn(warning);

const stale = findStaleFiles(folder, files);
if (process.argv.includes("--check")) {
  if (stale.length > 0) {
    console.error(`stale: ${stale.join(", ")}; run \`npm run contracts:build\``);
    process.exitCode = 1;
  }
} else {
  mkdirSync(folder, { recursive: true });
  for (const name of stale) rmSync(join(folder, name), { force: true });
  for (const [name, content] of files) writeFileSync(join(folder, name), content);
  console.log(stale.length > 0 ? `wrote ${stale.join(", ")}` : "generated files are up to date");
}
