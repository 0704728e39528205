import type { StateManagerInterface } from "@ethereumjs/common";
import { createAddressFromString, hexToBytes as ethereumHexToBytes } from "@ethereumjs/util";
import { timestampMs } from "@weft/protocol";
import type { AccountOverride, BlockOverride } from "../types.ts";
import type { Environment } from "./environment.ts";

const MS_PER_SECOND = 1000n;

/** Changes a throw-away copy of the state to what a call wants to see. */
export async function overrideAccounts(
  state: StateManagerInterface,
  accounts: readonly AccountOverride[],
): Promise<void> {
  for (const { address: text, balance, nonce, code, state: all, stateDiff } of accounts) {
    const address = createAddressFromString(text);
    // First of all, and even with nothing in it: only an account that exists can have storage.
    await state.modifyAccountFields(address, {
      ...(balance === undefined ? {} : { balance }),
      ...(nonce === undefined ? {} : { nonce }),
    });
    if (code !== undefined) await state.putCode(address, ethereumHexToBytes(code));
    if (all !== undefined) await state.clearStorage(address);
    for (const { slot, value } of all ?? stateDiff ?? []) {
      await state.putStorage(address, ethereumHexToBytes(slot), ethereumHexToBytes(value));
    }
  }
}

/** The block around a call, with what the caller wants different. */
export function overrideEnvironment(
  environment: Environment,
  { timestamp, ...fields }: BlockOverride,
): Environment {
  return {
    ...environment,
    ...fields,
    ...(timestamp === undefined
      ? {}
      : { timestampMs: timestampMs(Number(timestamp * MS_PER_SECOND)) }),
  };
}
