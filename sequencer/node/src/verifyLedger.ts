import { contractAddresses } from "@weft/contracts";
import { FastReplay, type ProgramSource } from "@weft/fast-chain";
import type { Ledger } from "@weft/ledger";
import {
  type Block,
  type ChainId,
  decodeZkTransaction,
  type Hash,
  type LedgerHeight,
  ZERO_HASH,
} from "@weft/protocol";
import { startZkChain, type ZkChain } from "@weft/zk-chain";
import { Crossings } from "./crossings.ts";
import { NodeError } from "./errors.ts";
import { lowerAddress } from "./genesis.ts";

export type VerifyOptions = {
  readonly ledger: Ledger;
  readonly fastChainId: ChainId;
  readonly zkChainId: ChainId;
  /** Games to run again; rooms of others are checked as far as the chain knows them. */
  readonly programs?: ProgramSource;
  /** Last height to look at; the head of the moment by default. */
  readonly toHeight?: LedgerHeight;
  readonly onProgress?: (progress: { height: number; toHeight: number }) => void;
  readonly signal?: AbortSignal;
};

export type VerifyResult = {
  /** Blocks that were replayed: heights 0 to `heights - 1`. */
  readonly heights: number;
  readonly fastBlocks: number;
  readonly zkBlocks: number;
  /** The state roots that replaying came to, each chain's at its last block. */
  readonly stateRoots: { readonly fast: Hash; readonly zk: Hash };
};

/**
 * Replays a ledger from its first block, on both chains anew: executes every transaction, checks every
 * signature, state root, room state and report, that what leaves one chain is what arrives on the other,
 * and that the portal holds what the fast chain owes. Hash links are the ledger's own to check, when it
 * takes a block.
 * @throws NodeError LEDGER_INVALID, CROSSING_MISMATCH or SUPPLY_MISMATCH with the first height that is
 * wrong, and why
 */
export async function verifyLedger(options: VerifyOptions): Promise<VerifyResult> {
  const { ledger, fastChainId, programs, signal } = options;
  const toHeight = options.toHeight ?? ledger.head?.header.height ?? (0 as LedgerHeight);
  const zkChain = await startZkChain();
  const fast = new FastReplay(ledger, programs);
  const crossings = new Crossings(zkChain, lowerAddress(contractAddresses.portal));
  const counts = { heights: 0, fastBlocks: 0, zkBlocks: 0 };
  const stateRoots = { fast: ZERO_HASH, zk: ZERO_HASH };
  try {
    for (const block of ledger.blocks({ fromHeight: 0 as LedgerHeight, toHeight })) {
      signal?.throwIfAborted();
      const isFast = block.header.chainId === fastChainId;
      if (isFast) stateRoots.fast = applyFast(fast, block, crossings);
      else stateRoots.zk = await executeZk(zkChain, block, crossings);
      crossings.checkConservation(block, (asset) => fast.supply(asset));
      counts.heights++;
      if (isFast) counts.fastBlocks++;
      else counts.zkBlocks++;
      options.onProgress?.({ height: block.header.height, toHeight });
    }
  } finally {
    await zkChain.stop();
  }
  return { ...counts, stateRoots };
}

function applyFast(fast: FastReplay, block: Block, crossings: Crossings): Hash {
  const { deposits, releases } = guarded(block, () => fast.apply(block));
  for (const deposit of deposits) crossings.depositArrived(block, deposit);
  crossings.releasesLeft(releases);
  return fast.state.committedRoot;
}

async function executeZk(zkChain: ZkChain, block: Block, crossings: Crossings): Promise<Hash> {
  const { deposits, stateRoot } = await zkChain
    .execute(block)
    .catch((cause) => invalid(block, cause));
  const releases = block.transactions
    .map((encoded) => guarded(block, () => decodeZkTransaction(encoded)))
    .filter((transaction) => transaction.type === "release");
  for (const release of releases) crossings.releaseArrived(block, release);
  crossings.depositsLeft(deposits);
  await crossings.readHeld([...deposits, ...releases].map(({ asset }) => asset));
  return stateRoot;
}

function guarded<T>(block: Block, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    return invalid(block, cause);
  }
}

function invalid({ header }: Block, cause: unknown): never {
  const { message } = cause as Error;
  throw new NodeError("LEDGER_INVALID", `height ${header.height} is wrong: ${message}`, {
    details: { height: header.height, chainId: header.chainId },
    cause,
  });
}
