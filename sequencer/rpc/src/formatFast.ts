import { parseSignedTransaction } from "@weft/ethereum";
import {
  type Address,
  type Block,
  bytesToHex,
  decodeFastTransaction,
  type Hash,
  hashTransaction,
  ZERO_ADDRESS,
} from "@weft/protocol";
import type { FastInclusion } from "./fastChainReader.ts";
import type { FastContext } from "./fastContext.ts";
import { EMPTY_BLOOM, obsoleteBlockFields, obsoleteHeaderFields, toQuantity } from "./format.ts";

/** Gas means nothing on the fast chain: it is shown as what a plain transfer takes on Ethereum. */
export const TRANSFER_GAS = 21_000n;
/** Shown as the gas limit of a block. */
const BLOCK_GAS_LIMIT = 30_000_000n;

/** EIP-2718 type of the fast chain's own transactions, which nobody signs as an account. */
const OWN_TYPE = "0x57";

type Place = { blockHash: Hash; blockNumber: number; timestampMs: number; index: number };

function formatPlace({ blockHash, blockNumber, timestampMs, index }: Place) {
  return {
    blockHash,
    blockNumber: toQuantity(blockNumber),
    blockTimestamp: toQuantity(Math.floor(timestampMs / 1000)),
    transactionIndex: toQuantity(index),
  };
}

export function formatHeader({ header, hash }: Block) {
  return {
    ...obsoleteHeaderFields,
    number: toQuantity(header.number),
    hash,
    parentHash: header.chainParentHash,
    logsBloom: EMPTY_BLOOM,
    transactionsRoot: header.transactionsRoot,
    stateRoot: header.stateRoot,
    miner: header.proposer,
    mixHash: header.parentHash,
    gasLimit: toQuantity(BLOCK_GAS_LIMIT),
    gasUsed: "0x0",
    baseFeePerGas: "0x0",
    timestamp: toQuantity(Math.floor(header.timestampMs / 1000)),
    // beyond Ethereum's fields
    ledgerHeight: toQuantity(header.height),
    timestampMs: toQuantity(header.timestampMs),
  };
}

export function formatBlock(context: FastContext, block: Block, full: boolean) {
  const { transactions } = block;
  const sizeBytes = transactions.reduce((sum, { length }) => sum + length, 0);
  return {
    ...formatHeader(block),
    ...obsoleteBlockFields,
    size: toQuantity(sizeBytes),
    transactions: transactions.map((raw, index) =>
      full ? formatTransaction(context, raw, placeIn(block, index)) : hashTransaction(raw),
    ),
  };
}

export function placeIn({ header, hash }: Block, index: number): Place {
  const { number, timestampMs } = header;
  return { blockHash: hash, blockNumber: number, timestampMs, index };
}

/** A transaction of either kind; the chain's own show what they are in `kind`, and all in `input`. */
export function formatTransaction({ chain, common }: FastContext, raw: Uint8Array, place: Place) {
  const { type: kind } = decodeFastTransaction(raw);
  if (kind !== "signed") {
    return {
      ...formatPlace(place),
      hash: hashTransaction(raw),
      type: OWN_TYPE,
      kind,
      chainId: toQuantity(chain.chainId),
      from: ZERO_ADDRESS,
      to: null,
      nonce: "0x0",
      gas: "0x0",
      gasPrice: "0x0",
      value: "0x0",
      input: bytesToHex(raw),
      v: "0x0",
      r: "0x0",
      s: "0x0",
    };
  }
  const { tx, hash, sender } = parseSignedTransaction(raw, common);
  const { data, gasLimit, v, ...fields } = tx.toJSON();
  return {
    ...fields,
    ...formatPlace(place),
    hash,
    type: toQuantity(tx.type),
    chainId: toQuantity(chain.chainId),
    from: sender as Address,
    to: fields.to ?? null,
    gas: gasLimit,
    gasPrice: "0x0",
    input: data,
    v,
    ...(tx.type !== 0 && { yParity: v }),
  };
}

/** Nothing that would fail is ordered, so that every receipt is one of success, and without a fee. */
export function formatReceipt(
  context: FastContext,
  { raw, hash, sender, index }: Pick<FastInclusion, "raw" | "hash" | "sender" | "index">,
  place: Place,
) {
  const { tx } = parseSignedTransaction(raw, context.common);
  return {
    transactionHash: hash,
    ...formatPlace({ ...place, index }),
    from: sender,
    to: tx.to?.toString() ?? null,
    contractAddress: null,
    type: toQuantity(tx.type),
    status: "0x1",
    gasUsed: toQuantity(TRANSFER_GAS),
    cumulativeGasUsed: toQuantity(TRANSFER_GAS * BigInt(index + 1)),
    effectiveGasPrice: "0x0",
    logs: [],
    logsBloom: EMPTY_BLOOM,
  };
}

/** Of a block's signed transactions, in order. */
export function formatReceipts(context: FastContext, block: Block) {
  return block.transactions.flatMap((raw, index) => {
    if (decodeFastTransaction(raw).type !== "signed") return [];
    const { hash, sender } = parseSignedTransaction(raw, context.common);
    return [formatReceipt(context, { raw, hash, sender, index }, placeIn(block, index))];
  });
}
