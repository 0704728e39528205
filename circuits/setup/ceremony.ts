import { randomBytes } from "node:crypto";
import { rename, rm } from "node:fs/promises";
import { bytesToHex } from "@weft/protocol";
import type { SnarkjsLogger } from "snarkjs";
import * as snarkjs from "snarkjs";
import { CircuitsError } from "../src/errors.ts";
import type { Report } from "./report.ts";

// What a set-up is made of. Each contribution multiplies secret numbers by others; the set-up is safe if one
// contributor, whoever, has forgotten theirs. Nobody here ever writes them anywhere: they are drawn from the system's
// randomness, in the process that computes with them.

/** The circuit fits into 2^14 constraints. */
const POWER = 14;
/** The beacon is hashed 2^10 times: whoever can move it a little can't try many values. */
const BEACON_ROUNDS = 10;
/** What the last contribution is called. */
export const BEACON_NAME = "beacon";
/** snarkjs hashes this with 64 random bytes that it draws itself. */
const ENTROPY_BYTES = 64;

function randomHex(byteCount: number): string {
  return randomBytes(byteCount).toString("hex");
}

/** A number that nobody could choose: in a development set-up it is drawn here, which nobody has to believe. */
export function drawBeacon(): string {
  return randomHex(32);
}

/**
 * Powers of tau from nothing, prepared for the second phase: five minutes and more, 19 MB.
 * @param path of the result; what comes before it is written beside it, and removed
 * @param power as a power of two, how many constraints it is for
 */
export async function makePowersOfTau(
  path: string,
  report: Report,
  power: number = POWER,
): Promise<void> {
  const at = (step: number) => `${path}.${step}`;
  const { powersOfTau, curves } = snarkjs;
  const curve = await curves.getCurveFromName("bn128");
  try {
    await report.step(`powers of tau: begin, 2^${power}`, (logger) =>
      powersOfTau.newAccumulator(curve, power, at(0), logger),
    );
    for (const number of [1, 2]) {
      await report.step(`powers of tau: contribution ${number}`, (logger) =>
        powersOfTau.contribute(
          at(number - 1),
          at(number),
          `development ${number}`,
          randomHex(ENTROPY_BYTES),
          logger,
        ),
      );
    }
    await report.step("powers of tau: beacon", (logger) =>
      powersOfTau.beacon(at(2), at(3), "development", drawBeacon(), BEACON_ROUNDS, logger),
    );
    await report.step("powers of tau: prepare the second phase (minutes)", (logger) =>
      powersOfTau.preparePhase2(at(3), at(4), logger),
    );
    await report.step("powers of tau: verify", (logger) => verifyPowersOfTau(at(4), logger));
    await rename(at(4), path);
  } finally {
    await Promise.all([0, 1, 2, 3, 4].map((step) => rm(at(step), { force: true })));
  }
}

/** @throws CircuitsError SETUP_FAILED */
export async function verifyPowersOfTau(ptau: string, logger: SnarkjsLogger): Promise<void> {
  if (!(await snarkjs.powersOfTau.verify(ptau, logger))) {
    throw new CircuitsError("SETUP_FAILED", `not powers of tau, or damaged: ${ptau}`);
  }
}

/** The first keys of a circuit, to which nobody has contributed: anybody can prove anything with them. */
export async function beginKeys(
  files: { readonly r1cs: string; readonly ptau: string; readonly to: string },
  logger: SnarkjsLogger,
): Promise<void> {
  checkHash(await snarkjs.zKey.newZKey(files.r1cs, files.ptau, files.to, logger), "the first keys");
}

/** @returns the contribution's hash: who contributes publishes it, so that nobody can leave it out unseen */
export async function contribute(
  { from, to, name }: { readonly from: string; readonly to: string; readonly name: string },
  logger: SnarkjsLogger,
): Promise<string> {
  const hash = await snarkjs.zKey.contribute(from, to, name, randomHex(ENTROPY_BYTES), logger);
  return checkHash(hash, "the contribution");
}

/**
 * The last contribution, of a number that was nobody's to choose.
 * @param value 32 bytes or more in hexadecimal, without `0x`
 */
export async function applyBeacon(
  { from, to, value }: { readonly from: string; readonly to: string; readonly value: string },
  logger: SnarkjsLogger,
): Promise<string> {
  const hash = await snarkjs.zKey.beacon(from, to, BEACON_NAME, value, BEACON_ROUNDS, logger);
  return checkHash(hash, "the beacon");
}

/**
 * Whether keys are of these constraints and powers of tau, and every contribution is what it says.
 * @throws CircuitsError SETUP_FAILED
 */
export async function verifyKeys(
  files: { readonly r1cs: string; readonly ptau: string; readonly zkey: string },
  logger: SnarkjsLogger,
): Promise<void> {
  if (!(await snarkjs.zKey.verifyFromR1cs(files.r1cs, files.ptau, files.zkey, logger))) {
    throw new CircuitsError("SETUP_FAILED", `not keys of this circuit, or damaged: ${files.zkey}`);
  }
}

/** Ends the threads on which snarkjs computes; without it a process would stay. */
export async function endThreads(): Promise<void> {
  const curve = await snarkjs.curves.getCurveFromName("bn128");
  await curve.terminate();
}

/** snarkjs says why in its log, and gives back no hash. */
function checkHash(hash: Uint8Array | false | -1 | undefined, what: string): string {
  if (hash instanceof Uint8Array) return bytesToHex(hash);
  throw new CircuitsError("SETUP_FAILED", `${what} couldn't be computed`);
}
