import type { Ledger } from "@weft/ledger";
import {
  type Address,
  type Block,
  type ChainId,
  decodeFastTransaction,
  type LedgerHeight,
  type RoomEvent,
} from "@weft/protocol";

/** Blocks that the strip of the newest ones shows. */
const RECENT_BLOCKS = 64;
/** Actions per second are an average over this long. */
const RATE_WINDOW_MS = 2000;

export type LedgerView = {
  readonly height: number;
  readonly durableHeight: number;
  readonly fastBlocks: number;
  readonly zkBlocks: number;
  /** How often neighbouring blocks belong to different chains. */
  readonly switches: number;
  /** Frames in the ledger. */
  readonly actions: number;
  readonly actionsPerSecond: number;
  /** The newest blocks, oldest first. */
  readonly recent: readonly ("fast" | "zk")[];
};

/** Follows a ledger and keeps what people want to see of it. */
export class LedgerMonitor {
  readonly #ledger: Ledger;
  readonly #fastChainId: ChainId;
  readonly #recent: ("fast" | "zk")[] = [];
  readonly #rate: { atMs: number; actions: number }[] = [];
  #fastBlocks = 0;
  #zkBlocks = 0;
  #switches = 0;
  #actions = 0;
  #last: "fast" | "zk" | undefined;

  constructor(ledger: Ledger, fastChainId: ChainId) {
    this.#ledger = ledger;
    this.#fastChainId = fastChainId;
    for (const block of ledger.blocks({ fromHeight: 0 as LedgerHeight })) this.#add(block);
    ledger.subscribe({ appended: (block) => this.#add(block) });
  }

  view(): LedgerView {
    const nowMs = performance.now();
    while ((this.#rate[0]?.atMs ?? nowMs) < nowMs - RATE_WINDOW_MS) this.#rate.shift();
    const inWindow = this.#rate.reduce((sum, { actions }) => sum + actions, 0);
    return {
      height: this.#ledger.head?.header.height ?? 0,
      durableHeight: this.#ledger.durableHeight ?? 0,
      fastBlocks: this.#fastBlocks,
      zkBlocks: this.#zkBlocks,
      switches: this.#switches,
      actions: this.#actions,
      actionsPerSecond: Math.round((inWindow * 1000) / RATE_WINDOW_MS),
      recent: this.#recent,
    };
  }

  #add(block: Block): void {
    const chain = block.header.chainId === this.#fastChainId ? "fast" : "zk";
    if (chain === "fast") this.#fastBlocks++;
    else this.#zkBlocks++;
    if (this.#last !== undefined && this.#last !== chain) this.#switches++;
    this.#last = chain;
    this.#recent.push(chain);
    if (this.#recent.length > RECENT_BLOCKS) this.#recent.shift();
    if (chain === "zk") return;
    const actions = countFrames(block);
    if (actions === 0) return;
    this.#actions += actions;
    this.#rate.push({ atMs: performance.now(), actions });
  }
}

/** Room events of a fast block. */
export function* roomEvents(block: Block, room?: Address): Generator<RoomEvent> {
  for (const encoded of block.transactions) {
    const transaction = decodeFastTransaction(encoded);
    if (transaction.type !== "roomEvents") continue;
    if (room === undefined || transaction.room === room) yield* transaction.events;
  }
}

function countFrames(block: Block): number {
  let frames = 0;
  for (const event of roomEvents(block)) if (event.type === "frame") frames++;
  return frames;
}
