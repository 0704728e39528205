import type { Address, Hash } from "@weft/protocol";
import type { Log, LogFilter } from "@weft/zk-chain";

/** Which logs are wanted, wherever they are: values as the chain has them, in lower case. */
export type LogCriteria = Pick<LogFilter, "addresses" | "topics">;

/** Whether a log is wanted; as the chain's own search, for those who are told of new blocks. */
export function createLogMatcher({ addresses = [], topics = [] }: LogCriteria) {
  const wanted: ReadonlySet<Address> = new Set(addresses);
  const positions = topics.map(
    (topic): ReadonlySet<Hash> => new Set(topic === null ? [] : [topic].flat()),
  );
  return (log: Log): boolean => {
    if (wanted.size > 0 && !wanted.has(log.address)) return false;
    return positions.every((values, position) => {
      const topic = log.topics[position];
      // A position that is asked about must be there, even when any value will do.
      return topic !== undefined && (values.size === 0 || values.has(topic));
    });
  };
}
