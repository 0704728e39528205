import type { Ledger } from "@weft/ledger";
import {
  type Block,
  type ChainId,
  type ChainNumber,
  decodeFastTransaction,
  type Hash,
  type LedgerHeight,
  type Release,
} from "@weft/protocol";
import { withdrawalIn } from "./account/applySigned.ts";
import { readTransfer } from "./account/readTransfer.ts";
import { applyBlock, applyGenesis } from "./applyBlock.ts";
import { ownLedgerChecks } from "./checks.ts";
import { FastChainError, refuse } from "./errors.ts";
import { type Place, signedIn } from "./receipts.ts";
import type { FastSnapshot } from "./snapshot/fastSnapshot.ts";
import type { FastState } from "./state.ts";
import { transitionAt } from "./transition.ts";

export type RestoreOptions = {
  readonly ledger: Ledger;
  readonly chainId: ChainId;
  /** To begin with the first that works; from the chain's first block when none does. */
  readonly snapshots: Iterable<FastSnapshot>;
  /** Nonce of the first release that is of interest. */
  readonly releasesFrom: bigint;
  /** A snapshot from which the ledger doesn't replay. */
  readonly onSkipped: (error: Error) => void;
};

export type RestoredFastChain = {
  readonly state: FastState;
  /** Height of the snapshot that it began with. */
  readonly snapshotHeight: LedgerHeight | undefined;
  /** The chain's blocks that were applied after it. */
  readonly blocks: number;
  readonly receipts: readonly (readonly [Hash, Place])[];
  /** What left the chain, from `releasesFrom` on, in order. */
  readonly releases: readonly Release[];
};

/**
 * Brings the chain to where the ledger's newest block of it left it.
 * @throws FastChainError BLOCK_INVALID, STATE_ROOT_MISMATCH when it doesn't replay from the first block;
 * LedgerError STORE_CORRUPT
 */
export function restoreFastChain(options: RestoreOptions): RestoredFastChain {
  for (const snapshot of options.snapshots) {
    try {
      const { height, number, state, receipts } = snapshot;
      const earlier = releasesUpTo(options, number, state);
      return goOn(options, { state, number, snapshotHeight: height, receipts, earlier });
    } catch (error) {
      if (!(error instanceof FastChainError)) throw error;
      options.onSkipped(error);
    }
  }
  const { ledger, chainId } = options;
  const state = applyGenesis(blockOf(ledger, chainId, 0));
  const number = 0 as ChainNumber;
  return goOn(options, { state, number, snapshotHeight: undefined, receipts: [], earlier: [] });
}

type Start = {
  readonly state: FastState;
  readonly number: ChainNumber;
  readonly snapshotHeight: LedgerHeight | undefined;
  readonly receipts: FastSnapshot["receipts"];
  readonly earlier: readonly Release[];
};

/** Applies every block after the one that the state is of. */
function goOn(
  { ledger, chainId, releasesFrom }: RestoreOptions,
  { state, number, snapshotHeight, receipts, earlier }: Start,
): RestoredFastChain {
  const head = ledger.chainHead(chainId)?.header.number ?? number;
  const places = [...receipts];
  const releases = [...earlier];
  for (let next = number + 1; next <= head; next++) {
    const block = blockOf(ledger, chainId, next);
    const left = applyBlock(transitionAt(state, ledger, ownLedgerChecks, block), block);
    releases.push(...left.filter(({ nonce }) => nonce >= releasesFrom));
    const { height } = block.header;
    for (const { hash, index } of signedIn(block.transactions)) {
      places.push([hash, { height, index }]);
    }
  }
  return { state, snapshotHeight, blocks: head - number, receipts: places, releases };
}

/** What left the chain up to a block, from `releasesFrom` on: found going back, so it isn't far. */
function releasesUpTo(
  { ledger, chainId, releasesFrom }: RestoreOptions,
  from: ChainNumber,
  { withdrawals, genesis }: FastState,
): Release[] {
  const found: Release[] = [];
  let nonce = withdrawals;
  for (let number: number = from; nonce > releasesFrom && number > 0; number--) {
    const { header, transactions } = blockOf(ledger, chainId, number);
    for (const encoded of transactions.toReversed()) {
      const transaction = decodeFastTransaction(encoded);
      if (transaction.type !== "signed") continue;
      const call = withdrawalIn(genesis.portal, readTransfer(transaction.raw, chainId));
      if (call === undefined) continue;
      nonce -= 1n;
      if (nonce >= releasesFrom) found.push({ nonce, ...call, fromHeight: header.height });
    }
  }
  return found.toReversed();
}

function blockOf(ledger: Ledger, chainId: ChainId, number: number): Block {
  return (
    ledger.blockByNumber(chainId, number as ChainNumber) ??
    refuse("BLOCK_INVALID", `the ledger has no block ${number} of chain ${chainId}`, { number })
  );
}
