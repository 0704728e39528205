// A real set-up, with contributors who don't have to trust each other. README.md tells how to hold one.
import { existsSync } from "node:fs";
import { mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { parseArgs } from "node:util";
import {
  applyBeacon,
  BEACON_NAME,
  beginKeys,
  contribute,
  endThreads,
  verifyKeys,
  verifyPowersOfTau,
} from "./setup/ceremony.ts";
import { CIRCUIT_SOURCE, sha256Of, writeArtifacts, writeManifest } from "./setup/circuitFiles.ts";
import { compileCircuit } from "./setup/compileCircuit.ts";
import { createReport, type Report } from "./setup/report.ts";
import { CircuitsError } from "./src/errors.ts";

const usage = `npm run circuits:ceremony -- COMMAND
  begin      --ptau FILE --to ZKEY               the first keys, from powers of tau that are prepared for phase 2
  contribute --from ZKEY --to ZKEY --name NAME   one contributor's step; prints the hash to publish
  beacon     --from ZKEY --to ZKEY --value HEX   the last step, with a number that was announced before it existed
  verify     --ptau FILE --from ZKEY             everything from the circuit's source on; lists the contributions
  finish     --ptau FILE --from ZKEY --to FOLDER verifies, then writes the files that a node and players need`;

type OptionName = "ptau" | "from" | "to" | "name" | "value";
type Options = Readonly<Partial<Record<OptionName, string>>>;
type Command = {
  readonly needs: readonly OptionName[];
  readonly steps: number;
  run(options: Record<OptionName, string>, report: Report, work: string): Promise<void>;
};

const commands: Readonly<Record<string, Command>> = {
  begin: { needs: ["ptau", "to"], steps: 3, run: begin },
  contribute: { needs: ["from", "to", "name"], steps: 1, run: addContribution },
  beacon: { needs: ["from", "to", "value"], steps: 1, run: addBeacon },
  verify: { needs: ["ptau", "from"], steps: 3, run: verify },
  finish: { needs: ["ptau", "from", "to"], steps: 3, run: finish },
};

/** 32 bytes at least, as the hash of a block or a randomness beacon's round is. */
const BEACON_VALUE = /^([0-9a-f]{2}){32,64}$/;
const MAX_NAME_LENGTH = 64;
const MIN_CONTRIBUTORS = 2;
/** As snarkjs lists them: a number, a name, and on the next lines the hash that was published. */
const CONTRIBUTION = /^contribution #\d+ (.*):/;

const { command, options } = readArguments();
await runCommand(command, options);

function readArguments() {
  const text = { type: "string" } as const;
  try {
    const { values, positionals } = parseArgs({
      allowPositionals: true,
      options: {
        ...{ ptau: text, from: text, to: text, name: text, value: text },
        help: { type: "boolean", default: false },
      },
    });
    if (values.help) {
      console.log(usage);
      process.exit();
    }
    const found = commands[positionals[0] ?? ""];
    if (found === undefined || positionals.length !== 1) return fail("one command, please");
    return { command: found, options: values as Options };
  } catch (error) {
    return fail((error as Error).message);
  }
}

function fail(problem: string): never {
  console.error(`${problem}\n\n${usage}`);
  process.exit(2);
}

async function runCommand({ needs, steps, run }: Command, given: Options): Promise<void> {
  const missing = needs.filter((name) => given[name] === undefined);
  if (missing.length > 0) fail(`missing: ${missing.map((name) => `--${name}`).join(", ")}`);
  for (const name of ["ptau", "from"] as const) {
    const path = given[name];
    if (path !== undefined && !existsSync(path)) fail(`there is no ${path}`);
  }
  if (given.to !== undefined && existsSync(given.to)) fail(`${given.to} is there already`);
  const work = await mkdtemp(join(tmpdir(), "weft-ceremony-"));
  try {
    await run(given as Record<OptionName, string>, createReport(steps, console.log), work);
  } catch (error) {
    // snarkjs throws plain errors at files that aren't what it wants.
    const { code = "SETUP_FAILED", message } = error as Partial<CircuitsError>;
    console.error(`${code}: ${message}`);
    process.exitCode = 1;
  } finally {
    await endThreads();
    await rm(work, { recursive: true, force: true });
  }
}

async function begin(
  { ptau, to }: Record<OptionName, string>,
  report: Report,
  work: string,
): Promise<void> {
  const { r1cs } = await report.step("compile", () => compileCircuit(CIRCUIT_SOURCE, work));
  await report.step("powers of tau: verify", (logger) => verifyPowersOfTau(resolve(ptau), logger));
  const files = { r1cs, ptau: resolve(ptau), to: resolve(to) };
  await report.step("keys: begin", (logger) => beginKeys(files, logger));
  await publish(report, to, await sha256Of(r1cs));
}

async function addContribution(
  { from, to, name }: Record<OptionName, string>,
  report: Report,
): Promise<void> {
  if (name.length > MAX_NAME_LENGTH) fail(`a name of at most ${MAX_NAME_LENGTH} characters`);
  if (name === BEACON_NAME) fail("a name that isn't the beacon's");
  const files = { from: resolve(from), to: resolve(to), name };
  const hash = await report.step("contribute", (logger) => contribute(files, logger));
  report.note(`contribution ${hash}`);
  await publish(report, to);
}

async function addBeacon(
  { from, to, value }: Record<OptionName, string>,
  report: Report,
): Promise<void> {
  if (!BEACON_VALUE.test(value)) {
    fail("the beacon is 32 to 64 bytes, in lower-case hexadecimal without 0x");
  }
  const files = { from: resolve(from), to: resolve(to), value };
  const hash = await report.step("beacon", (logger) => applyBeacon(files, logger));
  report.note(`contribution ${hash}`);
  await publish(report, to);
}

async function publish(report: Report, zkey: string, r1csSha256?: string): Promise<void> {
  if (r1csSha256 !== undefined) report.note(`constraints sha256 ${r1csSha256}`);
  report.note(`${zkey} sha256 ${await sha256Of(resolve(zkey))}`);
}

async function verify(
  { ptau, from }: Record<OptionName, string>,
  report: Report,
  work: string,
): Promise<void> {
  await verifyAll({ ptau, from }, report, work);
}

/** @returns what was compiled, and what snarkjs says of the contributions, the newest first */
async function verifyAll(
  { ptau, from }: { readonly ptau: string; readonly from: string },
  report: Report,
  work: string,
) {
  const compiled = await report.step("compile", () => compileCircuit(CIRCUIT_SOURCE, work));
  await report.step("powers of tau: verify", (logger) => verifyPowersOfTau(resolve(ptau), logger));
  const files = { r1cs: compiled.r1cs, ptau: resolve(ptau), zkey: resolve(from) };
  const messages: string[] = [];
  await report.step("keys: verify", (logger) =>
    verifyKeys(files, { ...logger, info: (message) => void messages.push(message) }),
  );
  const transcript = messages.filter((message) => CONTRIBUTION.test(message));
  for (const contribution of transcript) report.note(contribution);
  return { compiled, transcript };
}

/** Keys that are safe only if one certain person is honest are no ceremony's. */
function checkContributors(transcript: readonly string[]): void {
  const names = transcript.map((contribution) => CONTRIBUTION.exec(contribution)?.[1] ?? "");
  const people = names.filter((name) => name !== BEACON_NAME).length;
  const problem = names.some((name) => name.startsWith("development"))
    ? "keys of a development set-up"
    : names[0] !== BEACON_NAME
      ? "the last contribution isn't the beacon"
      : people < MIN_CONTRIBUTORS
        ? `${people} contributors, and ${MIN_CONTRIBUTORS} are needed`
        : undefined;
  if (problem !== undefined) throw new CircuitsError("SETUP_FAILED", problem);
}

async function finish(
  { ptau, from, to }: Record<OptionName, string>,
  report: Report,
  work: string,
): Promise<void> {
  const { compiled, transcript } = await verifyAll({ ptau, from }, report, work);
  checkContributors(transcript);
  const folder = resolve(to);
  await mkdir(folder, { recursive: true });
  const artifacts = await writeArtifacts(folder, compiled, {
    zkey: resolve(from),
    development: false,
  });
  const manifest = await writeManifest(folder, artifacts);
  report.note(`wrote ${manifest}, ${artifacts.wasm.file} and ${artifacts.zkey.file} beside it`);
}
