import { FastReplay, type ProgramSource } from "@weft/fast-chain";
import type { Ledger } from "@weft/ledger";
import {
  type Block,
  type ChainId,
  type Deposit,
  decodeZkTransaction,
  type Hash,
  type LedgerHeight,
  type Release,
  ZERO_HASH,
} from "@weft/protocol";
import { startZkChain, type ZkChain } from "@weft/zk-chain";
import { NodeError } from "./errors.ts";

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

/** What left one chain and hasn't arrived on the other, in order. */
type Crossing = { deposits: Deposit[]; releases: Release[] };

/**
 * Replays a ledger from its first block, on both chains anew: executes every transaction, checks every
 * signature, state root, room state and report, and that what leaves one chain is what arrives on the
 * other. Hash links are the ledger's own to check, when it takes a block.
 * @throws NodeError LEDGER_INVALID or CROSSING_MISMATCH with the first height that is wrong, and why
 */
export async function verifyLedger(options: VerifyOptions): Promise<VerifyResult> {
  const { ledger, fastChainId, programs, signal } = options;
  const toHeight = options.toHeight ?? ledger.head?.header.height ?? (0 as LedgerHeight);
  const zkChain = await startZkChain();
  const fast = new FastReplay(ledger, programs);
  const crossing: Crossing = { deposits: [], releases: [] };
  const counts = { heights: 0, fastBlocks: 0, zkBlocks: 0 };
  const stateRoots = { fast: ZERO_HASH, zk: ZERO_HASH };
  try {
    for (const block of ledger.blocks({ fromHeight: 0 as LedgerHeight, toHeight })) {
      signal?.throwIfAborted();
      const isFast = block.header.chainId === fastChainId;
      if (isFast) stateRoots.fast = applyFast(fast, block, crossing);
      else stateRoots.zk = await executeZk(zkChain, block, crossing);
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

function applyFast(fast: FastReplay, block: Block, crossing: Crossing): Hash {
  const { deposits, releases } = guarded(block, () => fast.apply(block));
  for (const deposit of deposits) {
    const expected = crossing.deposits.shift();
    if (!isSame(deposit, expected)) mismatch(block, "deposit", deposit, expected);
  }
  crossing.releases.push(...releases);
  return fast.state.committedRoot;
}

async function executeZk(zkChain: ZkChain, block: Block, crossing: Crossing): Promise<Hash> {
  const built = await zkChain.execute(block).catch((cause) => invalid(block, cause));
  for (const encoded of block.transactions) {
    const transaction = guarded(block, () => decodeZkTransaction(encoded));
    if (transaction.type !== "release") continue;
    const expected = crossing.releases.shift();
    if (!isSame<Release>(transaction, expected)) mismatch(block, "release", transaction, expected);
  }
  crossing.deposits.push(...built.deposits);
  return built.stateRoot;
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

function mismatch(
  { header }: Block,
  what: string,
  got: object,
  expected: object | undefined,
): never {
  const { height } = header;
  throw new NodeError("CROSSING_MISMATCH", `height ${height}: a ${what} that never left`, {
    details: { height, got, expected },
  });
}

/** Whether every field of what left is found again in what arrived. */
function isSame<T extends object>(arrived: T, left: T | undefined): boolean {
  if (left === undefined) return false;
  return (Object.keys(left) as (keyof T)[]).every((key) => arrived[key] === left[key]);
}
