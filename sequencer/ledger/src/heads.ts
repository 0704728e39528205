import { assert, type Block, type ChainId } from "@weft/protocol";

/** The newest block of the ledger and of each chain. */
export class Heads {
  #head: Block | undefined;
  readonly #chains = new Map<ChainId, Block>();

  get head(): Block | undefined {
    return this.#head;
  }

  chainHead(chainId: ChainId): Block | undefined {
    return this.#chains.get(chainId);
  }

  chainIds(): readonly ChainId[] {
    return [...this.#chains.keys()];
  }

  /** Goes on from what a store holds already. */
  restore(head: Block, chainHeads: readonly Block[]): void {
    assert(this.#head === undefined, "heads are restored once, before anything is appended");
    this.#head = head;
    for (const block of chainHeads) this.#chains.set(block.header.chainId, block);
  }

  advance(block: Block): void {
    const { height, chainId, number } = block.header;
    assert(height === (this.#head?.header.height ?? -1) + 1, "heights have no gaps");
    const chainHead = this.#chains.get(chainId);
    assert(number === (chainHead?.header.number ?? -1) + 1, "chain numbers have no gaps");
    this.#head = block;
    this.#chains.set(chainId, block);
  }
}
