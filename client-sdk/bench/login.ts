// A login by ownership proof, with the parts that a player waits for: the proof, in a worker as the SDK makes it, and the
// server's verdict, in a thread as the game server asks for it.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { type OwnershipWitness, ownershipArtifacts } from "@weft/circuits";
import { readArtifact } from "@weft/circuits/node";
import { createTestWitness } from "@weft/circuits/testing";
import { LoginProofs } from "@weft/fast-chain";
import {
  type ChainId,
  type ChainNumber,
  type FastGenesis,
  fieldToHash,
  hexToBytes,
  ownershipBinding,
  ownershipNullifier,
  ownershipScope,
  type SessionGrant,
  timestampMs,
} from "@weft/protocol";
import { build } from "esbuild";
import type { ProverTask } from "../src/prover/messages.ts";
import { createSessionKey } from "../src/session/sessionKey.ts";
import { measureProving, type ProvingTimes } from "../test/measureProving.ts";
import { findChromium } from "../testing/findChromium.ts";
import { openPage } from "../testing/openPage.ts";

type Row = { metric: string; value: number; unit: string };
type ProvePage = typeof import("../test/browser/provePage.ts");

/** Proofs that are timed; one more goes before, with which machine code is made. The figure is their median. */
const PROOFS = 7;
const VERIFICATIONS = 200;
const WARM_UP_VERIFICATIONS = 20;

const PROVE_PAGE = join(import.meta.dirname, "..", "test", "browser", "provePage.ts");
const PROVER_PROGRAM = fileURLToPath(import.meta.resolve("@weft/client-sdk/prover-worker"));

export const about = "login by ownership proof: what is downloaded, proving, verifying";

export async function run(log: (line: string) => void): Promise<Row[]> {
  const artifacts = { wasm: await readArtifact("wasm"), zkey: await readArtifact("zkey") };
  const login = await createLogin();
  const task = { ...artifacts, witness: login.witness };
  const row = (metric: string, value: number, unit: string): Row => ({ metric, value, unit });
  const times = (metric: string, all: readonly number[]) => {
    const sorted = all.toSorted((a, b) => a - b);
    const [least, most] = [sorted.at(0), sorted.at(-1)].map((ms) => ms?.toFixed(1));
    log(`${metric}: ${all.length} times, ${least} to ${most}; load average ${loadNow()}`);
    return row(metric, sorted[all.length >> 1] ?? Number.NaN, "ms");
  };
  const proving = (where: string, { startMs, proveMs }: ProvingTimes) => [
    times(`prove_ms_${where}`, proveMs.slice(1)),
    times(`prover_start_ms_${where}`, startMs.slice(1)),
  ];

  log(`load average ${loadNow()} before anything is measured`);
  const files = [artifacts.wasm, artifacts.zkey, ...(await bundleProver())];
  const rows = [
    row("constraints", ownershipArtifacts.constraints, "constraints"),
    row("download_bytes", sum(files.map(({ length }) => length)), "bytes"),
    row("download_gzip_bytes", sum(await Promise.all(files.map(gzipSize))), "bytes"),
  ];
  if (findChromium() === undefined) log("prove_ms_chromium is left out: no Chromium here");
  else rows.push(...proving("chromium", await proveInChromium(task)));
  const inNode = await measureProving(task, PROOFS + 1);
  rows.push(...proving("node", inNode));
  rows.push(times("verify_ms", await verify(login, inNode.proof)));
  return rows;
}

/** Of the last minute: others' work on the machine makes all of this slower. */
function loadNow(): string {
  return (loadavg()[0] ?? Number.NaN).toFixed(2);
}

type Login = Awaited<ReturnType<typeof createLogin>>;

/** All that a proof is about. Its state holds one pass: to the circuit, that is as good as any other. */
async function createLogin() {
  const { publicKey } = await createSessionKey();
  const grant: SessionGrant = {
    sessionKey: publicKey,
    game: "arena",
    payout: `0x${"9a".repeat(20)}`,
    expiresAtMs: timestampMs(Date.now() + 3_600_000),
  };
  const genesis: FastGenesis = {
    chainId: 5701 as ChainId,
    zkChainId: 5700 as ChainId,
    portal: `0x${"90".repeat(20)}`,
    gamePass: `0x${"6a".repeat(20)}`,
    ownershipKey: hexToBytes(ownershipArtifacts.verificationKey),
    timestampMs: timestampMs(0),
  };
  const { chainId: fastChainId, zkChainId, gamePass: contract } = genesis;
  const season = 0;
  const scope = ownershipScope({ zkChainId, fastChainId, game: grant.game, season });
  const binding = ownershipBinding(fastChainId, grant);
  const witness: OwnershipWitness = createTestWitness({ contract, scope, binding });
  return { genesis, grant, season, witness };
}

/** The program of the worker that proves, as an application's bundler makes it. @returns its files */
async function bundleProver(): Promise<Uint8Array[]> {
  const folder = await mkdtemp(join(tmpdir(), "weft-prover-"));
  try {
    await build({
      entryPoints: [PROVER_PROGRAM],
      outdir: folder,
      ...{ bundle: true, splitting: true, minify: true, logLevel: "error" },
      ...{ format: "esm", platform: "browser", target: "esnext" },
    });
    const names = await readdir(folder);
    return await Promise.all(names.map((name) => readFile(join(folder, name))));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function gzipSize(bytes: Uint8Array): Promise<number> {
  return (await promisify(gzip)(bytes)).length;
}

async function proveInChromium(task: ProverTask): Promise<ProvingTimes> {
  const page = await openPage<ProvePage>(PROVE_PAGE);
  try {
    return await page.call("prove", task, PROOFS + 1);
  } finally {
    await page.close();
  }
}

/** As the game server does it: one after the other, each in a thread and back. */
async function verify(
  { genesis, grant, season, witness }: Login,
  proof: Uint8Array,
): Promise<readonly number[]> {
  const proofs = new LoginProofs();
  const nullifier = fieldToHash(ownershipNullifier(witness));
  const { root: stateRoot } = witness.stateProof;
  const login = { type: "ownership", stateRoot, season, nullifier, proof } as const;
  const ms: number[] = [];
  try {
    for (let i = 0; i < WARM_UP_VERIFICATIONS + VERIFICATIONS; i++) {
      const startedMs = performance.now();
      await proofs.verify(genesis, { grant, login, zkNumber: 0 as ChainNumber });
      ms.push(performance.now() - startedMs);
    }
  } finally {
    await proofs.stop();
  }
  return ms.slice(WARM_UP_VERIFICATIONS);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
