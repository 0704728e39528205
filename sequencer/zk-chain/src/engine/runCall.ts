import type { StateManagerInterface } from "@ethereumjs/common";
import { EVMError, type EVMResult } from "@ethereumjs/evm";
import { createFeeMarket1559Tx } from "@ethereumjs/tx";
import { createAddressFromString, hexToBytes as ethereumHexToBytes } from "@ethereumjs/util";
import { bytesToHex, ZERO_ADDRESS } from "@weft/protocol";
import { ZkChainError } from "../errors.ts";
import type { CallRequest } from "../types.ts";
import { decodeRevertReason } from "./abi.ts";
import type { ChainRules } from "./blockRun.ts";
import { createEvm } from "./createEvm.ts";
import { createEvmBlock, type Environment } from "./environment.ts";
import { readAccount } from "./readAccount.ts";
import { warmAddresses } from "./systemMessage.ts";

/** A state to call on, and the block to call in. */
export type CallContext = {
  readonly rules: ChainRules;
  readonly environment: Environment;
  /** A fresh copy for each call. */
  readonly view: () => Promise<StateManagerInterface>;
};

export type CallResult = EVMResult["execResult"] & {
  /** With what the transaction itself costs, before refunds. */
  readonly gasUsed: bigint;
  /** Slots by the address that has them, as the EVM names them: hexadecimal without 0x. */
  readonly touched: ReadonlyMap<string, ReadonlySet<string>>;
};

/** Gas that a transaction with this message costs before it runs. */
function intrinsicGas({ rules }: CallContext, request: CallRequest): bigint {
  const common = rules.common.copy();
  const { to, data = "0x", accessList = [] } = request;
  const tx = createFeeMarket1559Tx(
    { data, accessList: accessList as never[], ...(to === undefined ? {} : { to }) },
    { common, allowUnlimitedInitCodeSize: true },
  );
  return tx.getMinimumGasLimit();
}

/**
 * Runs a message on a copy of the state, as a transaction with so much gas would.
 * @throws ZkChainError INSUFFICIENT_FUNDS when `from` doesn't have the value to send.
 */
export async function runMessage(
  context: CallContext,
  request: CallRequest,
  gasLimit: bigint,
): Promise<CallResult> {
  const { from = ZERO_ADDRESS, to, value = 0n, data = "0x" } = request;
  const state = await context.view();
  if ((await readAccount(state, from)).balance < value) {
    throw new ZkChainError("INSUFFICIENT_FUNDS", "the caller doesn't have the value to send", {
      details: { from, value },
    });
  }
  const vm = await createEvm(context.rules.common, state, context.rules.hashOf);
  const block = createEvmBlock(context.environment, vm.common);
  const intrinsic = intrinsicGas(context, request);
  if (gasLimit < intrinsic) {
    throw new ZkChainError("INTRINSIC_GAS_TOO_LOW", `at least ${intrinsic} gas is needed`, {
      details: { gas: gasLimit, minimum: intrinsic },
    });
  }
  const { journal } = vm.evm;
  journal.startReportingAccessList();
  warmAddresses(vm, block, { from, ...(to === undefined ? {} : { to }) });
  for (const { address, storageKeys } of request.accessList ?? []) {
    // Reported too: what is warm already wouldn't be, when the message touches it.
    journal.addAlwaysWarmAddress(address, true);
    for (const key of storageKeys) journal.addAlwaysWarmSlot(address, key, true);
  }
  const { execResult } = await vm.evm.runCall({
    block,
    caller: createAddressFromString(from),
    ...(to === undefined ? {} : { to: createAddressFromString(to) }),
    data: ethereumHexToBytes(data),
    value,
    gasLimit: gasLimit - intrinsic,
    gasPrice: request.gasPrice ?? request.maxFeePerGas ?? 0n,
  });
  const touched = journal.accessList ?? new Map<string, Set<string>>();
  return { ...execResult, gasUsed: execResult.executionGasUsed + intrinsic, touched };
}

/** @throws ZkChainError EXECUTION_REVERTED, EXECUTION_FAILED, when the message didn't succeed. */
export function checkSuccess({ exceptionError, returnValue }: CallResult): void {
  if (exceptionError === undefined) return;
  if (exceptionError.error === EVMError.errorMessages.REVERT) {
    const reason = decodeRevertReason(returnValue);
    const message = reason === undefined ? "execution reverted" : `execution reverted: ${reason}`;
    throw new ZkChainError("EXECUTION_REVERTED", message, {
      details: { data: bytesToHex(returnValue) },
    });
  }
  const reason = exceptionError.error;
  throw new ZkChainError("EXECUTION_FAILED", `execution failed: ${reason}`, {
    details: { reason },
  });
}
