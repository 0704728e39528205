import type { Hash } from "@weft/protocol";
import type { ChainFeed } from "./chainFeed.ts";
import type { LogCriteria } from "./logMatcher.ts";
import type { LogFilterParams } from "./params.ts";
import type { PendingHashes } from "./pendingHashes.ts";

/** A block that has just reached the disk, as subscribers are told of it: in JSON text, made once. */
export interface NewBlock {
  /** Its header, as `newHeads` has it. */
  headText(): string;
  logTexts(matches: LogCriteria): Promise<readonly string[]>;
}

/** What filters and subscriptions work on: either chain, as far as it is on disk. */
export interface ChainEvents {
  readonly blocks: ChainFeed<NewBlock>;
  readonly pending: PendingHashes;
  newestNumber(): Promise<number>;
  blockHash(number: number): Hash | undefined;
  /** All that a filter asks for, as `eth_getLogs` answers. */
  findLogs(filter: LogFilterParams): Promise<readonly unknown[]>;
  /**
   * The logs of blocks from one number on, as many blocks as fit in an answer.
   * @returns with the last block that they are of
   * @throws ZkChainError TOO_MANY_LOGS when those of the first block alone don't fit
   */
  logsBetween(
    criteria: LogCriteria,
    fromNumber: number,
    toNumber: number,
  ): Promise<{ readonly logs: readonly unknown[]; readonly lastNumber: number }>;
}
