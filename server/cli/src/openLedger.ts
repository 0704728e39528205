import { Ledger, type LedgerError, openReadOnlyStore } from "@weft/ledger";
import { type ChainIds, readChainIds } from "@weft/node";
import { ZERO_ADDRESS } from "@weft/protocol";

/** A ledger that is looked at, and never written to. */
export type OpenedLedger = ChainIds & {
  readonly ledger: Ledger;
  /** Heights 0 to one less than this are said to be there. */
  readonly blocks: number;
  /** What is wrong with the file, where it is damaged. */
  readonly damage: LedgerError | undefined;
  close(): Promise<void>;
};

/**
 * Opens the ledger of a node's data directory. The node may be running: what it adds isn't seen.
 * @throws LedgerError STORE_OPEN_FAILED, STORE_CORRUPT; NodeError LEDGER_INVALID
 */
export async function openLedger(dir: string): Promise<OpenedLedger> {
  const store = openReadOnlyStore(dir);
  // Any chain that the store has; that there are no more than the two is checked with the first block.
  const ledger = new Ledger({ store, chainIds: store.chainIds(), proposer: ZERO_ADDRESS });
  try {
    const ids = readChainIds(ledger);
    const { expectedBlocks: blocks, damage } = store;
    return { ...ids, ledger, blocks, damage, close: () => ledger.close() };
  } catch (error) {
    await ledger.close();
    throw error;
  }
}
