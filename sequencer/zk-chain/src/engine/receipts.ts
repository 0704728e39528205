import type { Common } from "@ethereumjs/common";
import type { Log as EvmLog } from "@ethereumjs/evm";
import { Bloom } from "@ethereumjs/vm";
import {
  type Address,
  bytesToHex,
  type ChainNumber,
  type Deposit,
  type Hex,
  hexToBytes,
} from "@weft/protocol";
import type { ExecutionReceipt, Log } from "../types.ts";
import { decodeDeposited } from "./abi.ts";

/** EIP-2718 type of the ledger's own transactions. */
export const LEDGER_TRANSACTION_TYPE = 0x5a;

/** @param firstIndex how many logs the block has before these. */
export function toLogs(logs: readonly EvmLog[], firstIndex: number): Log[] {
  return logs.map(([address, topics, data], offset) => ({
    address: bytesToHex(address),
    topics: topics.map(bytesToHex),
    data: bytesToHex(data),
    index: firstIndex + offset,
  }));
}

export function bloomOf(logs: readonly Log[], common: Common): Hex {
  const bloom = new Bloom(undefined, common);
  for (const { address, topics } of logs) {
    bloom.add(hexToBytes(address));
    for (const topic of topics) bloom.add(hexToBytes(topic));
  }
  return bytesToHex(bloom.bitvector);
}

/** What the portal took in during a block. */
export function depositsOf(
  receipts: readonly Pick<ExecutionReceipt, "logs">[],
  portal: Address,
  zkNumber: ChainNumber,
): Deposit[] {
  const deposits: Deposit[] = [];
  for (const { logs } of receipts) {
    for (const log of logs) {
      const deposited = decodeDeposited(log, portal);
      if (deposited !== undefined) deposits.push({ ...deposited, zkNumber });
    }
  }
  return deposits;
}
