import { Account, createAddressFromString } from "@ethereumjs/util";
import { runTx } from "@ethereumjs/vm";
import type { SignedEthereumTransaction } from "@weft/ethereum";
import type { BlockRun } from "./blockRun.ts";
import { checkNonce, checkTransaction, tipOf } from "./checkTransaction.ts";
import { readAccount } from "./readAccount.ts";
import { toLogs } from "./receipts.ts";

/**
 * Whether a transaction can be the block's next one. @throws ZkChainError with the code of `submit`
 * that fits; the state is untouched.
 */
export async function checkExecutable(
  run: BlockRun,
  transaction: SignedEthereumTransaction,
): Promise<void> {
  const account = await readAccount(run.state, transaction.sender);
  checkNonce(transaction.tx.nonce, account.nonce);
  checkTransaction(transaction, account, {
    gasLimit: run.gasLeft,
    baseFeePerGas: run.environment.baseFeePerGas,
  });
}

/**
 * Executes a transaction that `checkExecutable` let pass.
 * @throws Error when the EVM can't run it all the same; then the state may be anything.
 */
export async function executeSigned(
  run: BlockRun,
  { tx, hash, sender, raw }: SignedEthereumTransaction,
): Promise<void> {
  const { baseFeePerGas } = run.environment;
  const result = await runTx(run.vm, { tx, block: run.evmBlock, blockGasUsed: run.gasUsed });
  await collectBaseFee(run, result.totalGasSpent * baseFeePerGas);

  const isSuccess = result.execResult.exceptionError === undefined;
  const created = isSuccess ? result.createdAddress : undefined;
  run.addTransaction(raw);
  run.senderNonces.set(sender, tx.nonce + 1n);
  const receipt = {
    transactionHash: hash,
    type: tx.type,
    from: sender,
    ...(tx.to === undefined ? {} : { to: tx.to.toString() }),
    ...(created === undefined ? {} : { contractAddress: created.toString() }),
    status: isSuccess ? "success" : "reverted",
    gasUsed: result.totalGasSpent,
    effectiveGasPrice: baseFeePerGas + tipOf(tx, baseFeePerGas),
    logs: toLogs(result.receipt.logs, run.logCount),
  } as const;
  await run.addReceipt(receipt, result.totalGasSpent);
}

/** EIP-1559 burns the base fee; here it goes where the tip goes, and later to the provers. */
async function collectBaseFee(run: BlockRun, amount: bigint): Promise<void> {
  if (amount === 0n) return;
  const address = createAddressFromString(run.environment.feeRecipient);
  const account = (await run.state.getAccount(address)) ?? new Account();
  account.balance += amount;
  await run.state.putAccount(address, account);
}
