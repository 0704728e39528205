import {
  assert,
  type Block,
  type ChainId,
  type ChainNumber,
  type Hash,
  type LedgerHeight,
} from "@weft/protocol";

/** Blocks in memory, found by height, by chain number and by hash. */
export class BlockIndex {
  readonly #byHeight = new Map<LedgerHeight, Block>();
  readonly #byNumber = new Map<string, Block>();
  readonly #byHash = new Map<Hash, Block>();

  add(block: Block): void {
    const { height, chainId, number } = block.header;
    assert(!this.#byHeight.has(height), "a height is indexed once");
    this.#byHeight.set(height, block);
    this.#byNumber.set(numberKey(chainId, number), block);
    this.#byHash.set(block.hash, block);
  }

  delete(block: Block): void {
    const { height, chainId, number } = block.header;
    this.#byHeight.delete(height);
    this.#byNumber.delete(numberKey(chainId, number));
    this.#byHash.delete(block.hash);
  }

  byHeight(height: LedgerHeight): Block | undefined {
    return this.#byHeight.get(height);
  }

  byNumber(chainId: ChainId, number: ChainNumber): Block | undefined {
    return this.#byNumber.get(numberKey(chainId, number));
  }

  byHash(hash: Hash): Block | undefined {
    return this.#byHash.get(hash);
  }
}

function numberKey(chainId: ChainId, number: ChainNumber): string {
  return `${chainId}:${number}`;
}
