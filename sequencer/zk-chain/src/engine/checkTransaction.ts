import type { EthereumTransaction, SignedEthereumTransaction } from "@weft/ethereum";
import { ZkChainError } from "../errors.ts";

/** What a sender's account says of the transactions that it can send. */
export type SenderAccount = {
  readonly nonce: bigint;
  /** Wei. */
  readonly balance: bigint;
  readonly isContract: boolean;
};

/** The most that a transaction pays per gas, wei. */
export function maxFeeOf(tx: EthereumTransaction): bigint {
  return "maxFeePerGas" in tx ? tx.maxFeePerGas : tx.gasPrice;
}

/** The most that goes to the fee recipient beyond the base fee, wei per gas. */
export function maxTipOf(tx: EthereumTransaction): bigint {
  return "maxPriorityFeePerGas" in tx ? tx.maxPriorityFeePerGas : tx.gasPrice;
}

/** What goes to the fee recipient at this base fee; negative where the base fee isn't covered. */
export function tipOf(tx: EthereumTransaction, baseFeePerGas: bigint): bigint {
  const room = maxFeeOf(tx) - baseFeePerGas;
  const tip = maxTipOf(tx);
  return tip < room ? tip : room;
}

/** The most that a transaction takes from its sender, wei. */
export function maxCostOf(tx: EthereumTransaction): bigint {
  return tx.gasLimit * maxFeeOf(tx) + tx.value;
}

/**
 * Whether a transaction can be executed on an account, but for its nonce.
 * @param baseFeePerGas of the block that it would be in.
 * @throws ZkChainError GAS_LIMIT_EXCEEDED, INTRINSIC_GAS_TOO_LOW, FEE_TOO_LOW, SENDER_NOT_EOA,
 * INSUFFICIENT_FUNDS
 */
export function checkTransaction(
  { tx, sender }: SignedEthereumTransaction,
  account: SenderAccount,
  { gasLimit, baseFeePerGas }: { gasLimit: bigint; baseFeePerGas: bigint },
): void {
  if (tx.gasLimit > gasLimit) {
    throw new ZkChainError("GAS_LIMIT_EXCEEDED", "more gas than the block has", {
      details: { gas: tx.gasLimit, gasLimit },
    });
  }
  const minimum = tx.getMinimumGasLimit();
  if (tx.gasLimit < minimum) {
    throw new ZkChainError("INTRINSIC_GAS_TOO_LOW", `at least ${minimum} gas is needed`, {
      details: { gas: tx.gasLimit, minimum },
    });
  }
  const maxFee = maxFeeOf(tx);
  if (maxFee < baseFeePerGas) {
    throw new ZkChainError("FEE_TOO_LOW", `pays ${maxFee} wei per gas, under the base fee`, {
      details: { maxFeePerGas: maxFee, baseFeePerGas },
    });
  }
  if (account.isContract) {
    throw new ZkChainError("SENDER_NOT_EOA", "the sender is a contract (EIP-3607)", {
      details: { sender },
    });
  }
  const cost = maxCostOf(tx);
  if (account.balance < cost) {
    throw new ZkChainError("INSUFFICIENT_FUNDS", "the sender can't pay for gas and value", {
      details: { sender, balance: account.balance, cost },
    });
  }
}

/** @throws ZkChainError NONCE_TOO_LOW, NONCE_TOO_HIGH */
export function checkNonce(nonce: bigint, expected: bigint, maxAhead = 0n): void {
  if (nonce < expected) {
    throw new ZkChainError("NONCE_TOO_LOW", `nonce ${nonce} is used, the next is ${expected}`, {
      details: { nonce, expected },
    });
  }
  if (nonce > expected + maxAhead) {
    throw new ZkChainError("NONCE_TOO_HIGH", `nonce ${nonce}, the next is ${expected}`, {
      details: { nonce, expected, maxAhead },
    });
  }
}
