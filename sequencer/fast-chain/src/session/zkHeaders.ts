import type { Ledger } from "@weft/ledger";
import type { BlockHeader, ChainId, ChainNumber } from "@weft/protocol";

/** Headers that are remembered: those of the blocks that logins prove against, and some more. */
const MAX_HEADERS = 1024;

/**
 * Headers of the ZK chain's blocks in a ledger. Reading one means reading its block, which may be large, and
 * each login needs up to three.
 */
class ZkHeaders {
  readonly #ledger: Ledger;
  readonly #chainId: ChainId;
  readonly #headers = new Map<ChainNumber, BlockHeader>();

  constructor(ledger: Ledger, chainId: ChainId) {
    this.#ledger = ledger;
    this.#chainId = chainId;
  }

  at(number: ChainNumber): BlockHeader | undefined {
    const known = this.#headers.get(number);
    if (known !== undefined) return known;
    const header = this.#ledger.blockByNumber(this.#chainId, number)?.header;
    if (header === undefined) return undefined;
    // The one that was read first goes first: a map keeps its keys in the order of their insertion.
    if (this.#headers.size >= MAX_HEADERS) {
      this.#headers.delete(this.#headers.keys().next().value as ChainNumber);
    }
    this.#headers.set(number, header);
    return header;
  }
}

/** A ledger never changes a block that it has, so what was read of it once is shared by all who ask. */
const ofLedgers = new WeakMap<Ledger, Map<ChainId, ZkHeaders>>();

/**
 * Reads headers of a ledger's chain by their number; undefined above the newest.
 * @throws LedgerError STORE_CORRUPT, CLOSED
 */
export function zkHeadersOf(
  ledger: Ledger,
  chainId: ChainId,
): (number: ChainNumber) => BlockHeader | undefined {
  const chains = ofLedgers.get(ledger) ?? new Map<ChainId, ZkHeaders>();
  ofLedgers.set(ledger, chains);
  const headers = chains.get(chainId) ?? new ZkHeaders(ledger, chainId);
  chains.set(chainId, headers);
  return (number) => headers.at(number);
}
