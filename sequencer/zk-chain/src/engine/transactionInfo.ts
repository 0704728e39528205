import type { Common } from "@ethereumjs/common";
import { parseSignedTransaction, type SignedEthereumTransaction } from "@weft/ethereum";
import {
  bytesToHex,
  decodeZkTransaction,
  hashTransaction,
  SYSTEM_ADDRESS,
  type ZkGenesis,
  type ZkTransaction,
} from "@weft/protocol";
import { RELEASE_GAS } from "../limits.ts";
import type { AccessList, TransactionInfo } from "../types.ts";
import { encodeRelease } from "./abi.ts";
import { maxFeeOf } from "./checkTransaction.ts";
import { LEDGER_TRANSACTION_TYPE } from "./receipts.ts";
import { type BlockRecord, inclusionOf } from "./store/blockRecord.ts";

const NO_SIGNATURE = { v: 0n, r: 0n, s: 0n };

/** A transaction in a block, as JSON-RPC shows it. */
export function includedTransactionInfo(
  record: BlockRecord,
  index: number,
  genesis: ZkGenesis,
  common: Common,
): TransactionInfo {
  const raw = record.transactions[index] as Uint8Array;
  const decoded = decodeZkTransaction(raw);
  const info =
    decoded.type === "signed"
      ? pendingTransactionInfo(parseSignedTransaction(raw, common), genesis)
      : ledgerTransactionInfo(decoded, raw, genesis);
  const gasPrice = record.receipts[index]?.effectiveGasPrice ?? info.gasPrice;
  return { ...info, gasPrice, inclusion: inclusionOf(record, index) };
}

/** A transaction that waits. */
export function pendingTransactionInfo(
  { tx, hash, sender, raw }: SignedEthereumTransaction,
  genesis: ZkGenesis,
): TransactionInfo {
  return {
    hash,
    type: tx.type,
    chainId: genesis.chainId,
    from: sender,
    ...(tx.to === undefined ? {} : { to: tx.to.toString() }),
    nonce: tx.nonce,
    gas: tx.gasLimit,
    value: tx.value,
    input: bytesToHex(tx.data),
    gasPrice: maxFeeOf(tx),
    ...("maxFeePerGas" in tx
      ? { maxFeePerGas: tx.maxFeePerGas, maxPriorityFeePerGas: tx.maxPriorityFeePerGas }
      : {}),
    ...("accessList" in tx ? { accessList: toAccessList(tx.accessList) } : {}),
    signature: { v: tx.v ?? 0n, r: tx.r ?? 0n, s: tx.s ?? 0n },
    raw,
  };
}

function toAccessList(accessList: readonly (readonly [Uint8Array, Uint8Array[]])[]): AccessList {
  return accessList.map(([address, keys]) => ({
    address: bytesToHex(address),
    storageKeys: keys.map(bytesToHex),
  }));
}

function ledgerTransactionInfo(
  transaction: Exclude<ZkTransaction, { type: "signed" }>,
  raw: Uint8Array,
  genesis: ZkGenesis,
): TransactionInfo {
  const isRelease = transaction.type === "release";
  return {
    hash: hashTransaction(raw),
    type: LEDGER_TRANSACTION_TYPE,
    chainId: genesis.chainId,
    from: isRelease ? SYSTEM_ADDRESS : genesis.deployer,
    ...(isRelease ? { to: genesis.portal } : {}),
    nonce: isRelease ? transaction.nonce : 0n,
    gas: isRelease ? RELEASE_GAS : 0n,
    value: 0n,
    input: isRelease ? bytesToHex(encodeRelease(transaction)) : "0x",
    gasPrice: 0n,
    signature: NO_SIGNATURE,
    raw,
  };
}
