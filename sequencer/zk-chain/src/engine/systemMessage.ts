import type { Block as EvmBlock } from "@ethereumjs/block";
import type { EVMResult } from "@ethereumjs/evm";
import { createAddressFromString } from "@ethereumjs/util";
import type { VM } from "@ethereumjs/vm";
import type { Address } from "@weft/protocol";

/** A message of the ledger itself: no signature, no fee, no intrinsic gas. */
export type SystemMessage = {
  readonly from: Address;
  /** Absent to create a contract, which raises the nonce of `from`; a call leaves it. */
  readonly to?: Address;
  readonly data: Uint8Array;
  readonly gas: bigint;
};

/** Runs a message as a transaction of its own, with what EthereumJS's `runTx` does around one. */
export async function runSystemMessage(
  vm: VM,
  block: EvmBlock,
  message: SystemMessage,
): Promise<EVMResult> {
  const { journal } = vm.evm;
  await journal.cleanup();
  await journal.checkpoint();
  try {
    warmAddresses(vm, block, message);
    const result = await vm.evm.runCall({
      block,
      caller: createAddressFromString(message.from),
      ...(message.to === undefined
        ? {}
        : { to: createAddressFromString(message.to), skipNonceIncrement: true }),
      data: message.data,
      gasLimit: message.gas,
      gasPrice: 0n,
    });
    await deleteDestroyed(vm, result);
    await journal.cleanup();
    await journal.commit();
    return result;
  } catch (error) {
    await journal.revert();
    throw error;
  } finally {
    journal.cleanJournal();
    vm.stateManager.originalStorageCache.clear();
  }
}

/** EIP-2929 and EIP-3651: what costs less to touch from the first time on. */
export function warmAddresses(
  vm: VM,
  block: EvmBlock,
  message: { readonly from: Address; readonly to?: Address },
): void {
  const { journal } = vm.evm;
  for (const precompile of vm.evm.precompiles.keys()) journal.addAlwaysWarmAddress(precompile);
  journal.addAlwaysWarmAddress(message.from);
  journal.addAlwaysWarmAddress(block.header.coinbase.toString());
  if (message.to !== undefined) journal.addAlwaysWarmAddress(message.to);
}

/** EIP-6780: a contract that destroyed itself goes only if this message created it. */
async function deleteDestroyed(vm: VM, { execResult }: EVMResult): Promise<void> {
  for (const address of execResult.selfdestruct?.keys() ?? []) {
    if (execResult.createdAddresses?.has(address) === true) {
      await vm.evm.journal.deleteAccount(createAddressFromString(address));
    }
  }
}
