import { type ChainNumber, chainNumber } from "@weft/protocol";
import { ZkChainError } from "../errors.ts";
import { MAX_FEE_HISTORY_BLOCKS, MAX_FEE_PERCENTILES } from "../limits.ts";
import type { FeeHistory, FeeSuggestion } from "../types.ts";
import { nextBaseFee } from "./baseFee.ts";
import type { BlockRecord } from "./store/blockRecord.ts";
import type { ChainIndex } from "./store/chainIndex.ts";

/** Tips of so many blocks count for the suggestion. */
const SUGGESTION_BLOCKS = 20;
const SUGGESTION_PERCENTILE = 60;
/** Wei per gas, where nobody pays more. */
const MIN_TIP_SUGGESTION = 1_000_000n;

/** A tip that most were included with, and a price that holds for a few full blocks. */
export function suggestFees(index: ChainIndex, newest: BlockRecord): FeeSuggestion {
  const tips: Tip[] = [];
  const first = Math.max(0, newest.info.number - SUGGESTION_BLOCKS + 1);
  for (let number = first; number <= newest.info.number; number++) {
    const record = index.byNumber(chainNumber(number));
    if (record !== undefined) tips.push(...tipsOf(record));
  }
  const usual = percentileOf(tips.sort(byTip), SUGGESTION_PERCENTILE);
  const maxPriorityFeePerGas = usual > MIN_TIP_SUGGESTION ? usual : MIN_TIP_SUGGESTION;
  const baseFeePerGas = nextBaseFee(newest.info);
  return {
    baseFeePerGas,
    maxPriorityFeePerGas,
    gasPrice: (baseFeePerGas * 5n) / 4n + maxPriorityFeePerGas,
  };
}

/** @throws ZkChainError REQUEST_INVALID, BLOCK_UNKNOWN */
export function feeHistory(
  index: ChainIndex,
  newest: BlockRecord,
  input: {
    count: number;
    newest: ChainNumber | "latest" | "pending";
    percentiles?: readonly number[];
  },
): FeeHistory {
  const { percentiles = [] } = input;
  checkRequest(input.count, percentiles);
  const last = typeof input.newest === "number" ? input.newest : newest.info.number;
  if (last > newest.info.number) throw new ZkChainError("BLOCK_UNKNOWN", `no block ${last} yet`);
  const records: BlockRecord[] = [];
  const first = Math.max(0, last - Math.min(input.count, MAX_FEE_HISTORY_BLOCKS) + 1);
  for (let number = first; number <= last; number++) {
    const record = index.byNumber(chainNumber(number));
    if (record !== undefined) records.push(record);
  }
  const final = records.at(-1);
  if (final === undefined) throw new ZkChainError("BLOCK_UNKNOWN", `block ${last} is forgotten`);
  const baseFees = records.map(({ info }) => info.baseFeePerGas);
  return {
    oldestNumber: (records[0] ?? final).info.number,
    baseFeePerGas: [...baseFees, nextBaseFee(final.info)],
    gasUsedRatio: records.map(({ info }) => Number(info.gasUsed) / Number(info.gasLimit)),
    ...(percentiles.length === 0
      ? {}
      : { reward: records.map((record) => rewardsOf(record, percentiles)) }),
  };
}

function checkRequest(count: number, percentiles: readonly number[]): void {
  const invalid = (problem: string) => {
    throw new ZkChainError("REQUEST_INVALID", `fee history: ${problem}`);
  };
  if (!Number.isSafeInteger(count) || count < 1) invalid("at least one block");
  if (percentiles.length > MAX_FEE_PERCENTILES) {
    invalid(`at most ${MAX_FEE_PERCENTILES} percentiles`);
  }
  percentiles.forEach((percentile, index) => {
    const isRising = percentile >= (percentiles[index - 1] ?? 0) && percentile <= 100;
    if (!isRising) invalid("percentiles rise from 0 to 100");
  });
}

type Tip = { readonly tip: bigint; readonly gas: bigint };

const byTip = (a: Tip, b: Tip) => (a.tip < b.tip ? -1 : a.tip > b.tip ? 1 : 0);

/** What each paid above the base fee; the ledger's own pay nothing and don't count. */
function tipsOf({ info, receipts }: BlockRecord): Tip[] {
  return receipts
    .filter(({ effectiveGasPrice }) => effectiveGasPrice > 0n)
    .map(({ effectiveGasPrice, gasUsed }) => ({
      tip: effectiveGasPrice - info.baseFeePerGas,
      gas: gasUsed,
    }));
}

function rewardsOf(record: BlockRecord, percentiles: readonly number[]): bigint[] {
  const sorted = tipsOf(record).sort(byTip);
  return percentiles.map((percentile) => percentileOf(sorted, percentile));
}

/** The tip that this share of the gas was used at or below; 0 where nobody paid one. */
function percentileOf(sorted: readonly Tip[], percentile: number): bigint {
  const total = sorted.reduce((sum, { gas }) => sum + gas, 0n);
  const threshold = (total * BigInt(Math.round(percentile * 100))) / 10_000n;
  let sum = 0n;
  for (const { tip, gas } of sorted) {
    sum += gas;
    if (sum >= threshold) return tip;
  }
  return 0n;
}
