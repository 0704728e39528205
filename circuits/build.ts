// Compiles the ownership circuit and makes its keys, for development: `artifacts/`.
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import { ownershipArtifacts } from "./artifacts/ownershipArtifacts.ts";
import {
  applyBeacon,
  beginKeys,
  contribute,
  drawBeacon,
  endThreads,
  makePowersOfTau,
  verifyKeys,
} from "./setup/ceremony.ts";
import {
  ARTIFACTS_FOLDER,
  CIRCUIT_SOURCE,
  sha256Of,
  writeArtifacts,
  writeDevelopmentManifest,
} from "./setup/circuitFiles.ts";
import { type CompiledCircuit, compileCircuit } from "./setup/compileCircuit.ts";
import { createReport } from "./setup/report.ts";

const CACHED_PTAU = join(import.meta.dirname, ".cache", "powers14.ptau");
/** Steps with powers of tau made anew, and with given ones. */
const STEPS_FROM_NOTHING = 12;
const STEPS_WITH_PTAU = 6;

const usage = `npm run circuits:build -- [--ptau FILE] [--fresh] [--keep-keys] [--verify] [--out FOLDER]
  Compiles the ownership circuit and makes a DEVELOPMENT set-up for it: the keys of one machine.
  --ptau FILE   powers of tau, prepared for the second phase; else those of circuits/.cache, else new ones (7 minutes)
  --fresh       new powers of tau, even if there are some
  --keep-keys   only the witness generator anew; refused when the constraints are others than the keys'
  --verify      writes nothing: compares what is committed with the source, and the keys with the powers of
                tau that they were made from
  --out FOLDER  instead of circuits/artifacts`;

const options = readOptions();
if (options.help) console.log(usage);
else await main().finally(endThreads);

function readOptions() {
  try {
    const flag = { type: "boolean", default: false } as const;
    const text = { type: "string" } as const;
    const choices = { fresh: flag, "keep-keys": flag, verify: flag, help: flag };
    return parseArgs({ options: { ...choices, ptau: text, out: text } }).values;
  } catch (error) {
    console.error(`${(error as Error).message}\n\n${usage}`);
    process.exit(2);
  }
}

async function main(): Promise<void> {
  const work = await mkdtemp(join(tmpdir(), "weft-circuits-"));
  try {
    const ptau = options.ptau === undefined ? CACHED_PTAU : resolve(options.ptau);
    if (options.verify) await verify(work, ptau);
    else if (options["keep-keys"]) await renewWitnessGenerator(work);
    else await build(work, ptau);
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function build(work: string, ptau: string): Promise<void> {
  if (options.ptau !== undefined && !existsSync(ptau))
    fail(`the powers of tau aren't there: ${ptau}`);
  const isThere = existsSync(ptau) && !(options.fresh && options.ptau === undefined);
  const report = createReport(isThere ? STEPS_WITH_PTAU : STEPS_FROM_NOTHING, console.log);
  const compiled = await report.step("compile", () => compileCircuit(CIRCUIT_SOURCE, work));
  if (compiled.warnings !== "") console.warn(compiled.warnings);
  if (isThere) report.note(`powers of tau: ${ptau}`);
  else {
    await mkdir(join(CACHED_PTAU, ".."), { recursive: true });
    await makePowersOfTau(ptau, report);
  }
  const zkey = await makeKeys(work, compiled, ptau, report);
  const folder = options.out === undefined ? ARTIFACTS_FOLDER : resolve(options.out);
  const artifacts = await writeArtifacts(folder, compiled, { zkey, development: true });
  await writeDevelopmentManifest(folder, artifacts);
  const { constraints, wasm, zkey: written } = artifacts;
  console.log(
    `${folder}: ${constraints} constraints, ${wasm.sizeBytes + written.sizeBytes} bytes for a player`,
  );
}

async function makeKeys(
  work: string,
  compiled: CompiledCircuit,
  ptau: string,
  report: ReturnType<typeof createReport>,
): Promise<string> {
  const at = (step: number) => join(work, `${step}.zkey`);
  const { r1cs } = compiled;
  await report.step("keys: begin", (logger) => beginKeys({ r1cs, ptau, to: at(0) }, logger));
  for (const number of [1, 2]) {
    const files = { from: at(number - 1), to: at(number), name: `development ${number}` };
    await report.step(`keys: contribution ${number}`, (logger) => contribute(files, logger));
  }
  const last = { from: at(2), to: at(3), value: drawBeacon() };
  await report.step("keys: beacon", (logger) => applyBeacon(last, logger));
  await report.step("keys: verify", (logger) => verifyKeys({ r1cs, ptau, zkey: at(3) }, logger));
  return at(3);
}

/** After a change of comments or names: circom puts lines' numbers into the witness generator. */
async function renewWitnessGenerator(work: string): Promise<void> {
  const compiled = await compileCircuit(CIRCUIT_SOURCE, work);
  await checkConstraints(compiled);
  const zkey = join(work, "kept.zkey");
  await copyFile(join(ARTIFACTS_FOLDER, ownershipArtifacts.zkey.file), zkey);
  const { development } = ownershipArtifacts;
  const artifacts = await writeArtifacts(ARTIFACTS_FOLDER, compiled, { zkey, development });
  await writeDevelopmentManifest(ARTIFACTS_FOLDER, artifacts);
  console.log(`${artifacts.wasm.file} ${artifacts.wasm.sha256}`);
}

async function verify(work: string, ptau: string): Promise<void> {
  if (!existsSync(ptau)) fail(`the powers of tau aren't there: ${ptau}`);
  const report = createReport(2, console.log);
  const compiled = await report.step("compile, and compare", async () => {
    const fresh = await compileCircuit(CIRCUIT_SOURCE, work);
    await checkConstraints(fresh);
    const { wasm } = ownershipArtifacts;
    if ((await sha256Of(fresh.wasm)) !== wasm.sha256) fail(`${wasm.file} isn't of this source`);
    for (const { file, sha256 } of [wasm, ownershipArtifacts.zkey]) {
      const found = await sha256Of(join(ARTIFACTS_FOLDER, file));
      if (found !== sha256) fail(`${file} isn't the manifest's`);
    }
    return fresh;
  });
  const zkey = join(ARTIFACTS_FOLDER, ownershipArtifacts.zkey.file);
  await report.step("keys: verify", (logger) =>
    verifyKeys({ r1cs: compiled.r1cs, ptau, zkey }, logger),
  );
}

async function checkConstraints({ r1cs }: CompiledCircuit): Promise<void> {
  if ((await sha256Of(r1cs)) !== ownershipArtifacts.r1csSha256) {
    fail("the source has other constraints than the keys: build without --keep-keys");
  }
}

function fail(problem: string): never {
  console.error(problem);
  process.exit(1);
}
