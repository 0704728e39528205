import {
  assert,
  type Block,
  type BlockHeader,
  type Hash,
  hashHeader,
  transactionsRoot,
  type ZkGenesis,
} from "@weft/protocol";
import { ZkChainError } from "../errors.ts";
import type { ExecutedBlock } from "../types.ts";
import type { BlockRun } from "./blockRun.ts";
import { evmTimestamp } from "./environment.ts";
import { bloomOf, depositsOf } from "./receipts.ts";
import type { BlockRecord } from "./store/blockRecord.ts";

/** What the ledger and the fast chain need to know of an executed block: its last step, which hashes the state. */
export async function createBuiltBlock(run: BlockRun): Promise<ExecutedBlock> {
  const { transactions, environment, receipts } = run;
  const { number } = environment;
  const roots = [run.fork.parentRoot, ...(await run.fork.roots())];
  assert(roots.length === receipts.length + 1, "every receipt's transaction was ended");
  return {
    number,
    transactions,
    transactionsRoot: transactionsRoot(transactions),
    stateRoot: roots.at(-1) as Hash,
    deposits: depositsOf(receipts, run.rules.genesis.portal, number),
    gasUsed: run.gasUsed,
    receipts: receipts.map((receipt, i) => ({
      ...receipt,
      preStateRoot: roots[i] as Hash,
      postStateRoot: roots[i + 1] as Hash,
    })),
  };
}

/** That the ledger's header is one of this very block. @throws ZkChainError BUILD_MISMATCH */
export function checkBuiltHeader(
  { built, run }: { readonly built: ExecutedBlock; readonly run: BlockRun },
  header: BlockHeader,
  hash: Hash,
): void {
  const genesis: ZkGenesis = run.rules.genesis;
  const mismatch = (field: string) => {
    throw new ZkChainError("BUILD_MISMATCH", `the header's ${field} isn't the built block's`, {
      details: { field },
    });
  };
  if (header.chainId !== genesis.chainId) mismatch("chainId");
  if (header.number !== built.number) mismatch("number");
  if (header.chainParentHash !== run.environment.parentHash) mismatch("chainParentHash");
  if (header.timestampMs < run.environment.timestampMs) mismatch("timestampMs");
  if (header.stateRoot !== built.stateRoot) mismatch("stateRoot");
  if (header.transactionsRoot !== built.transactionsRoot) {
    mismatch("transactionsRoot");
  }
  if (hashHeader(header) !== hash) mismatch("hash");
}

export function createRecord(
  { run, built }: { readonly run: BlockRun; readonly built: ExecutedBlock },
  { header, hash }: Omit<Block, "transactions">,
) {
  const { environment, transactions } = run;
  const { receipts } = built;
  const info = {
    number: environment.number,
    hash,
    parentHash: environment.parentHash,
    header,
    timestamp: evmTimestamp(environment.timestampMs),
    gasLimit: environment.gasLimit,
    gasUsed: run.gasUsed,
    baseFeePerGas: environment.baseFeePerGas,
    feeRecipient: environment.feeRecipient,
    prevRandao: environment.prevRandao,
    logsBloom: bloomOf(
      receipts.flatMap(({ logs }) => logs),
      run.rules.common,
    ),
    sizeBytes: run.sizeBytes,
    transactionHashes: receipts.map(({ transactionHash }) => transactionHash),
  };
  // `begin` is the only one without a receipt, and always the first.
  const withReceipt = transactions.slice(transactions.length - receipts.length);
  return { info, environment, transactions: withReceipt, receipts } satisfies BlockRecord;
}
