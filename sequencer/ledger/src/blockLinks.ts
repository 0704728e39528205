import type { Block, ChainId } from "@weft/protocol";
import { checkContents, checkPlace } from "./checkBlock.ts";
import { Heads } from "./heads.ts";

/**
 * Goes along a ledger from its first block, as somebody who doesn't trust who stored it: every block must
 * be what its hash says, and follow those before it.
 */
export class BlockLinks {
  readonly #chainIds: ReadonlySet<ChainId>;
  readonly #heads = new Heads();

  constructor(chainIds: Iterable<ChainId>) {
    this.#chainIds = new Set(chainIds);
  }

  /**
   * @throws LedgerError with the code of the first rule that the block breaks; the next block is held
   * against the last one that fitted
   */
  follow(block: Block): void {
    checkContents(block);
    checkPlace(block.header, {
      chainIds: this.#chainIds,
      head: this.#heads.head,
      chainHead: this.#heads.chainHead(block.header.chainId),
    });
    this.#heads.advance(block);
  }
}
