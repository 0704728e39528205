import { Bloom } from "@ethereumjs/vm";
import { type Address, chainNumber, type Hash, type Hex, hexToBytes } from "@weft/protocol";
import { ZkChainError } from "../errors.ts";
import { MAX_LOG_FILTER_VALUES, MAX_LOG_RANGE_BLOCKS, MAX_LOGS } from "../limits.ts";
import type { Log, LogFilter, PlacedLog } from "../types.ts";
import { type BlockRecord, inclusionOf } from "./store/blockRecord.ts";
import type { ChainIndex } from "./store/chainIndex.ts";

/** EVM logs have at most four topics. */
const MAX_TOPICS = 4;

/** A filter with every position as a list of values, empty for any. */
type Wanted = { readonly addresses: readonly Address[]; readonly topics: readonly Hash[][] };

/**
 * The logs that a filter asks for, in their order. Blocks that are forgotten have none.
 * @throws ZkChainError LOG_FILTER_INVALID, TOO_MANY_LOGS
 */
export function findLogs(index: ChainIndex, filter: LogFilter): PlacedLog[] {
  const wanted = checkFilter(filter);
  const found: PlacedLog[] = [];
  const last = Math.min(filter.toNumber, index.newest?.info.number ?? -1);
  for (let number = filter.fromNumber as number; number <= last; number++) {
    const record = index.byNumber(chainNumber(number));
    if (record === undefined || !mayContain(record, wanted)) continue;
    for (const log of logsOf(record, wanted)) {
      if (found.length === MAX_LOGS) {
        throw new ZkChainError(
          "TOO_MANY_LOGS",
          `more than ${MAX_LOGS} logs, ask for fewer blocks`,
          {
            details: { maxLogs: MAX_LOGS, upToNumber: number },
          },
        );
      }
      found.push(log);
    }
  }
  return found;
}

function checkFilter({ fromNumber, toNumber, addresses = [], topics = [] }: LogFilter): Wanted {
  const invalid = (problem: string) => {
    throw new ZkChainError("LOG_FILTER_INVALID", `log filter: ${problem}`);
  };
  if (fromNumber > toNumber) invalid("the range ends before it begins");
  if (toNumber - fromNumber >= MAX_LOG_RANGE_BLOCKS) {
    invalid(`more than ${MAX_LOG_RANGE_BLOCKS} blocks`);
  }
  if (topics.length > MAX_TOPICS) invalid(`more than ${MAX_TOPICS} topics`);
  const lists = topics.map((topic) => (topic === null ? [] : [topic].flat()));
  const lowerCase = (values: readonly Hex[]) => {
    if (values.length > MAX_LOG_FILTER_VALUES) invalid(`more than ${MAX_LOG_FILTER_VALUES} values`);
    return values.map((value) => value.toLowerCase() as Hex);
  };
  return { addresses: lowerCase(addresses), topics: lists.map(lowerCase) };
}

function mayContain({ info }: BlockRecord, { addresses, topics }: Wanted): boolean {
  const bloom = new Bloom(hexToBytes(info.logsBloom));
  return [addresses, ...topics].every(
    (values) => values.length === 0 || values.some((value) => bloom.check(hexToBytes(value))),
  );
}

function* logsOf(record: BlockRecord, wanted: Wanted): Generator<PlacedLog> {
  for (const [index, { logs, transactionHash }] of record.receipts.entries()) {
    const { index: transactionIndex, ...place } = inclusionOf(record, index);
    for (const log of logs) {
      if (matches(log, wanted)) yield { ...log, ...place, transactionHash, transactionIndex };
    }
  }
}

function matches(log: Log, { addresses, topics }: Wanted): boolean {
  if (addresses.length > 0 && !addresses.includes(log.address)) return false;
  return topics.every((values, position) => {
    const topic = log.topics[position];
    // A position that is asked about must be there, even when any value will do.
    return topic !== undefined && (values.length === 0 || values.includes(topic));
  });
}
