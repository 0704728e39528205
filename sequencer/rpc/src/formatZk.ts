import type { Hex } from "@weft/protocol";
import type { BlockInfo, PlacedLog, Receipt, TransactionInfo } from "@weft/zk-chain";
import { obsoleteBlockFields, obsoleteHeaderFields, toQuantity } from "./format.ts";

export function formatHeader(block: BlockInfo) {
  return {
    ...obsoleteHeaderFields,
    number: toQuantity(block.number),
    hash: block.hash,
    parentHash: block.parentHash,
    logsBloom: block.logsBloom,
    transactionsRoot: block.header.transactionsRoot,
    stateRoot: block.header.stateRoot,
    miner: block.feeRecipient,
    mixHash: block.prevRandao,
    gasLimit: toQuantity(block.gasLimit),
    gasUsed: toQuantity(block.gasUsed),
    baseFeePerGas: toQuantity(block.baseFeePerGas),
    timestamp: toQuantity(block.timestamp),
    // beyond Ethereum's fields
    ledgerHeight: toQuantity(block.header.height),
    timestampMs: toQuantity(block.header.timestampMs),
  };
}

export function formatBlock(
  block: BlockInfo,
  transactions: readonly (Hex | ReturnType<typeof formatTransaction>)[],
) {
  return {
    ...formatHeader(block),
    ...obsoleteBlockFields,
    size: toQuantity(block.sizeBytes),
    transactions,
  };
}

export function formatTransaction(transaction: TransactionInfo) {
  const { inclusion, signature, type } = transaction;
  return {
    hash: transaction.hash,
    type: toQuantity(type),
    chainId: toQuantity(transaction.chainId),
    from: transaction.from,
    to: transaction.to ?? null,
    nonce: toQuantity(transaction.nonce),
    gas: toQuantity(transaction.gas),
    value: toQuantity(transaction.value),
    input: transaction.input,
    gasPrice: toQuantity(transaction.gasPrice),
    ...(transaction.maxFeePerGas !== undefined && {
      maxFeePerGas: toQuantity(transaction.maxFeePerGas),
      maxPriorityFeePerGas: toQuantity(transaction.maxPriorityFeePerGas ?? 0n),
    }),
    ...(transaction.accessList !== undefined && { accessList: transaction.accessList }),
    v: toQuantity(signature.v),
    r: toQuantity(signature.r),
    s: toQuantity(signature.s),
    ...((type === 1 || type === 2) && { yParity: toQuantity(signature.v) }),
    blockHash: inclusion?.blockHash ?? null,
    blockNumber: inclusion === undefined ? null : toQuantity(inclusion.blockNumber),
    blockTimestamp: inclusion === undefined ? null : toQuantity(inclusion.timestamp),
    transactionIndex: inclusion === undefined ? null : toQuantity(inclusion.index),
  };
}

export function formatReceipt(receipt: Receipt) {
  const { blockHash, blockNumber, index, transactionHash } = receipt;
  return {
    transactionHash,
    transactionIndex: toQuantity(index),
    blockHash,
    blockNumber: toQuantity(blockNumber),
    from: receipt.from,
    to: receipt.to ?? null,
    contractAddress: receipt.contractAddress ?? null,
    type: toQuantity(receipt.type),
    status: receipt.status === "success" ? "0x1" : "0x0",
    gasUsed: toQuantity(receipt.gasUsed),
    cumulativeGasUsed: toQuantity(receipt.cumulativeGasUsed),
    effectiveGasPrice: toQuantity(receipt.effectiveGasPrice),
    logsBloom: receipt.logsBloom,
    logs: placedLogs(receipt).map(formatLog),
    // beyond Ethereum's fields
    preStateRoot: receipt.preStateRoot,
    postStateRoot: receipt.postStateRoot,
  };
}

/** A receipt's logs with their places, as a search gives them. */
export function placedLogs(receipt: Receipt): PlacedLog[] {
  const { blockHash, blockNumber, blockHeight, timestamp, index, transactionHash } = receipt;
  const place = { blockHash, blockNumber, blockHeight, timestamp };
  return receipt.logs.map((log) => ({
    ...log,
    ...place,
    transactionHash,
    transactionIndex: index,
  }));
}

export function formatLog(log: PlacedLog) {
  return {
    address: log.address,
    topics: log.topics,
    data: log.data,
    blockHash: log.blockHash,
    blockNumber: toQuantity(log.blockNumber),
    blockTimestamp: toQuantity(log.timestamp),
    transactionHash: log.transactionHash,
    transactionIndex: toQuantity(log.transactionIndex),
    logIndex: toQuantity(log.index),
    removed: false,
  };
}
