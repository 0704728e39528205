import { availableParallelism } from "node:os";
import { parseArgs } from "node:util";
import { forbidRealTime } from "./core/forbidRealTime.ts";
import { MUTATIONS, type Mutation } from "./mutations.ts";
import { runSeeds, type SeedSummary } from "./runSeeds.ts";
import type { SimulationResult } from "./simulate.ts";

const usage = `npm run simulate -- [OPTIONS]
Runs the ledger, the fast chain and rooms on simulated machines, and checks that nothing is lost.
  --seeds N        how many seeds (1000)
  --from N         the first of them (1)
  --seed N         this seed only: with --trace, all that happens in it
  --trace          print the trace of --seed
  --jobs N         processes (as many as there are processors)
  --mutation NAME  with a fault that must be found: ${MUTATIONS.join(", ")}
  --json           print the result as one JSON object on standard output
  --help
Exit codes: 0 nothing was wrong, 1 something was, 2 usage.`;

/** How often a line says how far it is. */
const PROGRESS_MS = 5000;

type Settings = {
  readonly seeds: number;
  readonly from: number;
  readonly seed: number | undefined;
  readonly trace: boolean;
  readonly jobs: number;
  readonly mutation: Mutation | undefined;
  readonly json: boolean;
};

const settings = readSettings();
process.exitCode = await (settings.seed === undefined ? runMany(settings) : runOne(settings));

function readSettings(): Settings {
  try {
    const text = { type: "string" } as const;
    const flag = { type: "boolean", default: false } as const;
    const { values } = parseArgs({
      options: {
        ...{ seeds: text, from: text, seed: text, jobs: text, mutation: text },
        ...{ trace: flag, json: flag, help: flag },
      },
    });
    if (values.help) {
      console.log(usage);
      process.exit(0);
    }
    return {
      ...{ trace: values.trace, json: values.json },
      seeds: readNumber("seeds", values.seeds ?? "1000"),
      from: readNumber("from", values.from ?? "1"),
      seed: values.seed === undefined ? undefined : readNumber("seed", values.seed),
      jobs: Math.max(1, readNumber("jobs", values.jobs ?? String(availableParallelism()))),
      mutation: readMutation(values.mutation),
    };
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

function readNumber(name: string, text: string): number {
  if (!/^\d{1,15}$/.test(text)) throw new Error(`--${name}: a whole number expected, got ${text}`);
  return Number(text);
}

function readMutation(text: string | undefined): Mutation | undefined {
  const known = MUTATIONS.find((name) => name === text);
  if (text !== undefined && known === undefined) throw new Error(`--mutation: no ${text} here`);
  return known;
}

async function runOne({ seed = 0, trace, mutation, json }: Settings): Promise<number> {
  // Here, so that whoever only asks for help doesn't wait for all that is simulated.
  const { simulate } = await import("./simulate.ts");
  forbidRealTime();
  const write = trace ? (line: string) => process.stdout.write(line) : undefined;
  const result = await simulate({ seed, mutation, write });
  if (json) console.log(JSON.stringify(result));
  else tellResult(result, mutation);
  return result.violation === undefined ? 0 : 1;
}

async function runMany({ seeds, from, jobs, mutation, json }: Settings): Promise<number> {
  const startMs = performance.now();
  let done = 0;
  const progress = setInterval(() => {
    const perSecond = done / ((performance.now() - startMs) / 1000);
    const left = done === 0 ? "" : `, ${Math.round((seeds - done) / perSecond)} s left`;
    console.error(`${done} of ${seeds} seeds, ${perSecond.toFixed(1)} a second${left}`);
  }, PROGRESS_MS);
  const summary = await runSeeds({
    ...{ from, jobs, mutation },
    count: seeds,
    onResult(result) {
      done++;
      if (result.violation !== undefined && !json) tellResult(result, mutation);
    },
  }).finally(() => clearInterval(progress));
  if (json) console.log(JSON.stringify(summary));
  else tellSummary(summary, (performance.now() - startMs) / 1000);
  return summary.failed.length === 0 ? 0 : 1;
}

function tellResult({ seed, violation, traceHash }: SimulationResult, mutation?: Mutation): void {
  if (violation === undefined) {
    console.log(`seed ${seed}: all is well, trace ${traceHash}`);
    return;
  }
  const again = mutation === undefined ? "" : ` --mutation ${mutation}`;
  console.log(
    `seed ${seed}: ${violation}\n  again: npm run simulate -- --seed ${seed}${again} --trace`,
  );
}

function tellSummary({ failed, marks, ...sum }: SeedSummary, seconds: number): void {
  const { seeds, blocks, frames, transactions, rounds, restarts } = sum;
  console.log(
    `${seeds} seeds in ${seconds.toFixed(0)} s: ${restarts} restarts, ${blocks} blocks, ${frames} frames, ` +
      `${transactions} transactions and ${rounds} rounds; ${failed.length} seeds failed`,
  );
  for (const [mark, count] of Object.entries(marks))
    console.log(`${String(count).padStart(8)} ${mark}`);
}
