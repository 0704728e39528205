import { randomBytes } from "node:crypto";
import { bytesToHex, type Hash, type Hex } from "@weft/protocol";
import type { ChainEvents } from "./chainEvents.ts";
import { RpcError } from "./errors.ts";
import { FILTER_IDLE_MS, MAX_FILTER_BLOCKS, MAX_FILTERS, SUBSCRIPTION_ID_BYTES } from "./limits.ts";
import type { LogFilterParams } from "./params.ts";

type Poll = () => Promise<readonly unknown[]>;

type Filter = {
  /** What is new since the last time. */
  readonly poll: Poll;
  /** All that it matches; for filters of logs only. */
  readonly all?: Poll;
  usedMs: number;
  /** Polls of one filter don't overlap, or two would get the same. */
  last: Promise<unknown>;
};

/**
 * What clients without subscriptions poll. A filter holds a place, not what happened since: asked, it
 * reads from there, so that one that is never asked costs nothing.
 */
export class Filters {
  readonly #events: ChainEvents;
  readonly #nowMs: () => number;
  readonly #filters = new Map<Hex, Filter>();

  constructor(events: ChainEvents, nowMs: () => number = Date.now) {
    this.#events = events;
    this.#nowMs = nowMs;
  }

  /** @throws RpcError FILTER_LIMIT, as the two below */
  async addBlocks(): Promise<Hex> {
    const next = (await this.#events.newestNumber()) + 1;
    return this.#add({ poll: pollBlocks(this.#events, next) });
  }

  async addPending(): Promise<Hex> {
    return this.#add({ poll: pollPending(this.#events) });
  }

  /** New logs only, as with other nodes: those of the past are for `all`. */
  async addLogs(filter: LogFilterParams): Promise<Hex> {
    const next = (await this.#events.newestNumber()) + 1;
    return this.#add({
      poll: pollLogs(this.#events, filter, next),
      all: () => this.#events.findLogs(filter),
    });
  }

  /** @throws RpcError FILTER_UNKNOWN; whatever reading throws */
  async changes(id: string): Promise<readonly unknown[]> {
    const filter = this.#use(id);
    const result = filter.last.then(() => filter.poll());
    filter.last = result.catch(() => {});
    return result;
  }

  /** @throws RpcError FILTER_UNKNOWN, INVALID_PARAMS when it isn't one of logs */
  async all(id: string): Promise<readonly unknown[]> {
    const { all } = this.#use(id);
    if (all === undefined) throw new RpcError("INVALID_PARAMS", "not a filter of logs");
    return all();
  }

  remove(id: string): boolean {
    return this.#filters.delete(id as Hex);
  }

  #add(filter: Pick<Filter, "poll" | "all">): Hex {
    if (this.#filters.size >= MAX_FILTERS) this.#forgetIdle();
    if (this.#filters.size >= MAX_FILTERS) {
      throw new RpcError("FILTER_LIMIT", `the node has ${MAX_FILTERS} filters already`);
    }
    const id = bytesToHex(randomBytes(SUBSCRIPTION_ID_BYTES));
    this.#filters.set(id, { ...filter, usedMs: this.#nowMs(), last: Promise.resolve() });
    return id;
  }

  #use(id: string): Filter {
    const filter = this.#filters.get(id as Hex);
    if (filter === undefined || this.#isIdle(filter)) {
      this.#filters.delete(id as Hex);
      throw new RpcError("FILTER_UNKNOWN", `no filter ${id}: make it anew`);
    }
    filter.usedMs = this.#nowMs();
    return filter;
  }

  #isIdle({ usedMs }: Filter): boolean {
    return this.#nowMs() - usedMs > FILTER_IDLE_MS;
  }

  #forgetIdle(): void {
    for (const [id, filter] of this.#filters) {
      if (this.#isIdle(filter)) this.#filters.delete(id);
    }
  }
}

function pollBlocks(events: ChainEvents, next: number): Poll {
  return async () => {
    const newest = await events.newestNumber();
    const hashes: Hash[] = [];
    for (; next <= newest && hashes.length < MAX_FILTER_BLOCKS; next++) {
      const hash = events.blockHash(next);
      if (hash === undefined) break;
      hashes.push(hash);
    }
    return hashes;
  };
}

function pollPending({ pending }: ChainEvents): Poll {
  let { count } = pending;
  return async () => {
    const hashes = pending.since(count);
    count = pending.count;
    return hashes;
  };
}

function pollLogs(events: ChainEvents, filter: LogFilterParams, newNumber: number): Poll {
  const { fromBlock, toBlock, criteria } = filter;
  const numberOf = (ref: LogFilterParams["fromBlock"]) =>
    typeof ref === "object" && "number" in ref ? ref.number : undefined;
  let next = Math.max(newNumber, numberOf(fromBlock) ?? 0);
  const end = numberOf(toBlock) ?? Number.POSITIVE_INFINITY;
  return async () => {
    const last = Math.min(await events.newestNumber(), end);
    if (next > last) return [];
    try {
      const { logs, lastNumber } = await events.logsBetween(criteria, next, last);
      next = lastNumber + 1;
      return logs;
    } catch (error) {
      // One block with more than an answer may hold: said once, or nothing after it would be seen.
      if ((error as { code?: unknown }).code === "TOO_MANY_LOGS") next++;
      throw error;
    }
  };
}
