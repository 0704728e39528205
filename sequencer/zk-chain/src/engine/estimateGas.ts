import { EVMError } from "@ethereumjs/evm";
import { ZERO_ADDRESS } from "@weft/protocol";
import { ZkChainError } from "../errors.ts";
import { CALL_GAS_LIMIT, ESTIMATE_TOLERANCE } from "../limits.ts";
import type { CallRequest } from "../types.ts";
import { readAccount } from "./readAccount.ts";
import { type CallContext, checkSuccess, runMessage } from "./runCall.ts";

/** What a plain transfer to an account without code takes. */
const TRANSFER_GAS = 21_000n;
/** EIP-150: a call passes on at most 63 of 64 parts of the gas that is left. */
const FORWARD_DENOMINATOR = 63n;
/** Gas that a call with value adds on top of what it forwards. */
const CALL_STIPEND = 2_300n;
/** Halvings between 21,000 and 2^24 until the tolerance is met: more can't be needed. */
const MAX_STEPS = 24;
/** Scale for a tolerance on whole numbers. */
const PARTS = 1000;

/** Gas with which the message succeeds, found by bisection. @throws as `call` */
export async function estimateGas(context: CallContext, request: CallRequest): Promise<bigint> {
  const cap = await affordableGas(context, request);
  const succeeds = async (gas: bigint) => {
    try {
      return (await runMessage(context, request, gas)).exceptionError === undefined;
    } catch (error) {
      if (error instanceof ZkChainError && error.code === "INTRINSIC_GAS_TOO_LOW") return false;
      throw error;
    }
  };
  const isPlain = request.to !== undefined && (request.data ?? "0x") === "0x";
  if (isPlain && cap >= TRANSFER_GAS && (await succeeds(TRANSFER_GAS))) return TRANSFER_GAS;

  const atMost = await runMessage(context, request, cap);
  if (atMost.exceptionError?.error === EVMError.errorMessages.OUT_OF_GAS) {
    throw new ZkChainError("EXECUTION_FAILED", `needs more than ${cap} gas`, {
      details: { reason: "out of gas", gas: cap },
    });
  }
  checkSuccess(atMost);

  let low = atMost.gasUsed - 1n;
  let high = cap;
  // Nearly always right, and saves most of the steps.
  const guess =
    ((atMost.gasUsed + CALL_STIPEND) * (FORWARD_DENOMINATOR + 1n)) / FORWARD_DENOMINATOR;
  if (guess < high && (await succeeds(guess))) high = guess;
  const tolerance = BigInt(ESTIMATE_TOLERANCE * PARTS);
  for (let step = 0; step < MAX_STEPS; step++) {
    if ((high - low) * BigInt(PARTS) <= high * tolerance || high - low <= 1n) break;
    const middle = (low + high) / 2n;
    if (await succeeds(middle)) high = middle;
    else low = middle;
  }
  return high;
}

/** The most gas to try: what was asked for, what the sender can pay for, what is allowed. */
async function affordableGas(context: CallContext, request: CallRequest): Promise<bigint> {
  const asked = request.gas ?? CALL_GAS_LIMIT;
  const cap = asked < CALL_GAS_LIMIT ? asked : CALL_GAS_LIMIT;
  const price = request.gasPrice ?? request.maxFeePerGas ?? 0n;
  if (price === 0n) return cap;
  const { balance } = await readAccount(await context.view(), request.from ?? ZERO_ADDRESS);
  const left = balance - (request.value ?? 0n);
  if (left < 0n) {
    throw new ZkChainError("INSUFFICIENT_FUNDS", "the caller doesn't have the value to send");
  }
  const affordable = left / price;
  return affordable < cap ? affordable : cap;
}
