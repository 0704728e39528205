// `npm run bench`: runs the benchmarks of all workspaces, or those that are named.
import { globSync } from "node:fs";
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

const usage = `npm run bench -- [NAME …] [--json] [--list]
  NAME    which benchmarks; all of them without one: ${[...byName.keys()].sort().join(", ")}
  --json  print one JSON object a benchmark on standard output, and nothing else there`;

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
  // All are found before any is run: a typing error shows at once.
  const modules = await Promise.all(names.map(async (name) => ({ name, ...(await load(name)) })));
  for (const { name, about, run } of modules) {
    console.error(`${name}: ${about}`);
    const rows = await run((line) => console.error(`  ${line}`));
    const result = { name, machine: machine(), rows };
    if (values.json) console.log(JSON.stringify(result));
    else print(rows);
  }
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
