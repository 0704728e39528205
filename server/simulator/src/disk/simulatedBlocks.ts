import type { BlockFiles, CommitEntry } from "@weft/ledger/simulation";
import {
  assert,
  type Block,
  type ChainId,
  decodeBlock,
  type Hash,
  type LedgerHeight,
} from "@weft/protocol";
import type { Lifetime } from "../core/lifetime.ts";
import type { Random } from "../core/random.ts";

type Stored = { readonly encoded: Uint8Array; block: Block | undefined };

/** What goes wrong around one commit. `lost`: it is lost with the power, `kept`: not lost, but nobody hears of it. */
export type CommitFate = "written" | "crashBefore" | "crashAfter" | "fails";

/** Faults of the disk that are none that the store is made for: to show that the checks find them. */
export type DiskMutation = "acknowledgesEarly" | "forgetsOnCrash";

export type SimulatedBlocksOptions = {
  readonly random: Random;
  readonly fateOf: () => CommitFate;
  /** The process loses its power, now. */
  readonly onCrash: () => void;
  /** A block is on disk from here on. */
  readonly onStored: (block: Block) => void;
  readonly mutation?: DiskMutation | undefined;
};

/** Beyond what any fsync takes here. */
const EARLY_MS = 150;

/**
 * The medium under the ledger. A commit is all there or not there at all, as LMDB has it; one that is under way when
 * the power goes may be there in part, as of a store that repaired itself.
 */
export class SimulatedBlocks {
  /** How long a commit takes now, in ms; more when the disk stalls. */
  stallMs = 0;
  readonly #options: SimulatedBlocksOptions;
  #stored: Stored[] = [];
  readonly #byNumber = new Map<string, number>();
  readonly #byHash = new Map<Hash, number>();
  /** Written, perhaps, and not acknowledged. */
  #underWay: readonly CommitEntry[] = [];

  constructor(options: SimulatedBlocksOptions) {
    this.#options = options;
  }

  get height(): number {
    return this.#stored.length - 1;
  }

  /** All that is on it, in order. */
  *blocks(): Generator<Block> {
    for (let height = 0; height < this.#stored.length; height++) yield this.#at(height) as Block;
  }

  /** As a process opens it. */
  files(life: Lifetime): BlockFiles {
    const head = this.#at(this.height);
    return {
      stored: head && { head, chainHeads: this.#chainHeads() },
      byHeight: (height) => this.#at(height),
      byNumber: (chainId, number) => this.#at(this.#byNumber.get(keyOf(chainId, number))),
      byHash: (hash) => this.#at(this.#byHash.get(hash)),
      commit: (entries) => this.#commit(life, entries),
      close: () => life.wait(1),
    };
  }

  crash(): void {
    const { random, mutation } = this.#options;
    const kept = random.int(0, this.#underWay.length);
    this.#write(this.#underWay.slice(0, kept));
    this.#underWay = [];
    if (mutation === "forgetsOnCrash") this.#forget();
    // The next process reads what is there, and not what this one remembers.
    for (const stored of this.#stored) stored.block = undefined;
  }

  async #commit(life: Lifetime, entries: readonly CommitEntry[]): Promise<void> {
    const { random, fateOf, onCrash, mutation } = this.#options;
    assert(this.#underWay.length === 0, "one commit at a time");
    if (mutation === "acknowledgesEarly") {
      life.after(EARLY_MS, () => this.#write(entries));
      return life.wait(0.5);
    }
    this.#underWay = entries;
    const fate = fateOf();
    const writeMs = random.between(0.3, 4) + this.stallMs;
    await life.later(writeMs, () => {
      if (fate === "crashBefore") onCrash();
      if (fate === "fails") throw new Error("EIO: the medium took it, or not");
      if (!life.alive) return;
      this.#underWay = [];
      this.#write(entries);
      if (fate === "crashAfter") onCrash();
    });
    await life.wait(random.between(0, 0.5));
  }

  #write(entries: readonly CommitEntry[]): void {
    for (const { block, encoded } of entries) {
      const { height, chainId, number } = block.header;
      assert(height === this.#stored.length, "blocks are stored in order");
      this.#stored.push({ encoded, block });
      this.#byNumber.set(keyOf(chainId, number), height);
      this.#byHash.set(block.hash, height);
      this.#options.onStored(block);
    }
  }

  #forget(): void {
    const last = this.#at(this.height);
    if (last === undefined) return;
    const { chainId, number } = last.header;
    this.#byNumber.delete(keyOf(chainId, number));
    this.#byHash.delete(last.hash);
    this.#stored = this.#stored.slice(0, -1);
  }

  #at(height: LedgerHeight | number | undefined): Block | undefined {
    const stored = height === undefined ? undefined : this.#stored[height];
    if (stored === undefined) return undefined;
    stored.block ??= decodeBlock(stored.encoded);
    return stored.block;
  }

  #chainHeads(): Block[] {
    const heads = new Map<ChainId, Block>();
    for (let height = this.height; height >= 0 && heads.size < 2; height--) {
      const block = this.#at(height) as Block;
      if (!heads.has(block.header.chainId)) heads.set(block.header.chainId, block);
    }
    return [...heads.values()].reverse();
  }
}

const keyOf = (chainId: ChainId, number: number) => `${chainId}:${number}`;
