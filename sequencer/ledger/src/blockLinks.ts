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

  /** @param after where it was when it last stopped; at the beginning without it. */
  constructor(
    chainIds: Iterable<ChainId>,
    after?: { readonly head: Block; readonly chainHeads: readonly Block[] },
  ) {
    this.#chainIds = new Set(chainIds);
    if (after !== undefined) this.#heads.restore(after.head, after.chainHeads);
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
