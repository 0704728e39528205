import { type Address, type Hash, type Hex, ZERO_ADDRESS } from "@weft/protocol";
import { ZkChainError } from "../errors.ts";
import { CALL_GAS_LIMIT, MAX_ACCESS_LIST_ROUNDS } from "../limits.ts";
import type { AccessList, AccessListResult, CallRequest } from "../types.ts";
import { type CallContext, checkSuccess, runMessage } from "./runCall.ts";

/**
 * Runs the message until what it touches doesn't change any more: gas depends on what is listed, and
 * what a message touches may depend on its gas.
 */
export async function createAccessList(
  context: CallContext,
  request: CallRequest,
): Promise<AccessListResult> {
  const asked = request.gas ?? CALL_GAS_LIMIT;
  const gas = asked < CALL_GAS_LIMIT ? asked : CALL_GAS_LIMIT;
  let accessList = request.accessList ?? [];
  for (let round = 1; ; round++) {
    const result = await runMessage(context, { ...request, accessList }, gas);
    const touched = listTouched(result.touched, request);
    if (round < MAX_ACCESS_LIST_ROUNDS && !isSameList(touched, accessList)) {
      accessList = touched;
      continue;
    }
    const error = failureOf(() => checkSuccess(result));
    return { accessList, gasUsed: result.gasUsed, ...(error === undefined ? {} : { error }) };
  }
}

/** Sorted, so that lists can be compared. What is warm anyway is listed for its slots only. */
function listTouched(
  touched: ReadonlyMap<string, ReadonlySet<string>>,
  { from = ZERO_ADDRESS, to }: CallRequest,
): AccessList {
  const list = [...touched].map(([address, slots]) => ({
    address: `0x${address}` as Address,
    storageKeys: [...slots].sort().map((slot) => `0x${slot}` as Hash),
  }));
  return list
    .filter(({ address, storageKeys }) => {
      const isWarm = address === from || address === to || isPrecompile(address);
      return storageKeys.length > 0 || !isWarm;
    })
    .sort((a, b) => (a.address < b.address ? -1 : 1));
}

/** The precompiles of Osaka: 1 to 17, and P256VERIFY (EIP-7951) at 256. */
function isPrecompile(address: Hex): boolean {
  const number = BigInt(address);
  return (number >= 1n && number <= 17n) || number === 256n;
}

function isSameList(a: AccessList, b: AccessList): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function failureOf(check: () => void): string | undefined {
  try {
    check();
    return undefined;
  } catch (error) {
    if (error instanceof ZkChainError) return error.message;
    throw error;
  }
}
