// `npm run bench`: runs the benchmarks of all workspaces, or those that are named.
import { spawnSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { cpus, release, totalmem } from "node:os";
import { basename, join } from "node:path";
import { parseArgs } from "node:util";

/** One figure. `baseline` is its counterpart's, measured in the same run, in turns; `ratio` is ours by it. */
type Row = {
  readonly metric: string;
  readonly value: number;
  readonly unit: string;
  readonly baseline?: number;
  readonly ratio?: number;
};

/** What a file in a `bench` folder exports; the benchmark is named after the file. */
type BenchmarkModule = {
  /** One line on what is measured. */
  readonly about: string;
  /** @param log tells a person how far it is. */
  run(log: (line: string) => void): Promise<readonly Row[]>;
};

const root = join(import.meta.dirname, "..");
const files = globSync("{sequencer,server}/*/bench/*.ts", { cwd: root }).concat(
  globSync("{client-sdk,contracts,circuits}/bench/*.ts", { cwd: root }),
);
const byName = new Map(files.map((file) => [basename(file, ".ts"), join(root, file)]));

/** Where the results are left, a file each. */
const resultsDir = join(root, "dist", "bench");

const usage = `npm run bench -- [NAME …] [--json] [--list]
  NAME    which benchmarks; all of them without one: ${[...byName.keys()].sort().join(", ")}
  --json  print one JSON object a benchmark on standard output, and nothing else there
Each result is left in dist/bench/NAME.json, too.`;

/** What the figures depend on most. */
const PACKAGES = [
  "@colyseus/core",
  "@colyseus/schema",
  "@colyseus/sdk",
  "@ethereumjs/vm",
  "@foundry-rs/anvil",
  "lmdb",
  "msgpackr",
  "snarkjs",
  "uWebSockets.js",
  "viem",
  "ws",
];

const { values, positionals } = readArguments();
if (values.help) console.log(usage);
else if (values.list) await list();
else await runAll(positionals.length > 0 ? positionals : [...byName.keys()].sort());

function readArguments() {
  try {
    const flag = { type: "boolean", default: false } as const;
    return parseArgs({ allowPositionals: true, options: { json: flag, list: flag, help: flag } });
  } catch (error) {
    return fail((error as Error).message);
  }
}

function fail(problem: string): never {
  console.error(`${problem}\n\n${usage}`);
  process.exit(2);
}

async function load(name: string): Promise<BenchmarkModule> {
  const file = byName.get(name);
  return file === undefined ? fail(`there is no benchmark ${name}`) : await import(file);
}

async function list(): Promise<void> {
  for (const name of [...byName.keys()].sort()) {
    console.log(`${name.padEnd(16)} ${(await load(name)).about}`);
  }
}

async function runAll(names: readonly string[]): Promise<void> {
  const versions = findVersions();
  // All are found before any is run: a typing error shows at once.
  const modules = await Promise.all(names.map(async (name) => ({ name, ...(await load(name)) })));
  for (const { name, about, run } of modules) {
    console.error(`${name}: ${about}`);
    const rows = await run((line) => console.error(`  ${line}`));
    const result = { name, at: new Date().toISOString(), machine: machine(), versions, rows };
    mkdirSync(resultsDir, { recursive: true });
    writeFileSync(join(resultsDir, `${name}.json`), `${JSON.stringify(result, null, 2)}\n`);
    if (values.json) console.log(JSON.stringify(result));
    else print(rows);
  }
}

/** Of this checkout and of the packages, as they are installed. */
function findVersions(): Record<string, string> {
  const git = spawnSync("git", ["describe", "--always", "--dirty"], {
    cwd: root,
    encoding: "utf8",
  });
  const installed = PACKAGES.flatMap((name): [string, string][] => {
    const file = join(root, "node_modules", name, "package.json");
    return existsSync(file) ? [[name, JSON.parse(readFileSync(file, "utf8")).version]] : [];
  });
  return { weft: git.stdout?.trim() || "unknown", ...Object.fromEntries(installed) };
}

function machine() {
  const processors = cpus();
  return {
    cpu: processors[0]?.model.trim() ?? "unknown",
    cores: processors.length,
    memoryBytes: totalmem(),
    os: `${process.platform} ${release()}`,
    node: process.version,
  };
}

function print(rows: readonly Row[]): void {
  const table = rows.map(({ metric, value, unit, baseline, ratio }) => ({
    metric,
    value: `${format(value)} ${unit}`,
    ...(baseline === undefined ? {} : { baseline: `${format(baseline)} ${unit}` }),
    ...(ratio === undefined ? {} : { ratio: format(ratio) }),
  }));
  console.table(table);
}

function format(value: number): string {
  return value.toLocaleString("en", { maximumFractionDigits: Math.abs(value) < 100 ? 2 : 0 });
}
