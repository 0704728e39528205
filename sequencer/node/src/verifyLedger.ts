import { setImmediate as nextTurn } from "node:timers/promises";
import type { FastSnapshot, ProgramSource } from "@weft/fast-chain";
import type { Ledger } from "@weft/ledger";
import type { Block, ChainId, LedgerHeight } from "@weft/protocol";
import { startZkChain } from "@weft/zk-chain";
import { NodeError } from "./errors.ts";
import { guarded, LedgerVerifier, type VerifierResult } from "./verify/ledgerVerifier.ts";

/** Blocks of the fast chain that are replayed before the event loop turns. */
const BLOCKS_PER_TURN = 64;

export type VerifyOptions = {
  readonly ledger: Ledger;
  readonly fastChainId: ChainId;
  readonly zkChainId: ChainId;
  /** Games to run again; rooms of others are checked as far as the chain knows them. */
  readonly programs?: ProgramSource;
  /** Last height to look at; the head of the moment by default. */
  readonly toHeight?: LedgerHeight;
  /**
   * Where the fast chain's state is taken from, instead of replaying what led to it: of the blocks below,
   * hash links are checked and the ZK chain executed, no more.
   */
  readonly from?: FastSnapshot;
  readonly onProgress?: (progress: VerifyProgress) => void;
  readonly signal?: AbortSignal;
};

export type VerifyProgress = {
  readonly height: number;
  readonly toHeight: number;
  /** When the block was ordered, in ms since the Unix epoch. */
  readonly timestampMs: number;
};

export type VerifyResult = VerifierResult & {
  /** Blocks that were looked at: heights 0 to `heights - 1`. */
  readonly heights: number;
  /** Time from the first block to the last, as the ledger has it. */
  readonly ledgerMs: number;
};

/**
 * Replays a ledger from its first block, on both chains anew: checks every hash link, executes every
 * transaction, checks every signature, login, state root, room state and report, that what leaves one
 * chain is what arrives on the other, and that the portal holds what the fast chain owes.
 * @throws NodeError LEDGER_INVALID, BLOCK_MISSING, LOGIN_NOT_OWNER, CROSSING_MISMATCH, SUPPLY_MISMATCH,
 * ROUND_UNREGISTERED or REPORT_MISMATCH with the first height that is wrong, and why; see `faultOf`
 */
export async function verifyLedger(options: VerifyOptions): Promise<VerifyResult> {
  const zkChain = await startZkChain();
  try {
    return await checkAll(options, new LedgerVerifier({ ...options, zkChain }));
  } finally {
    await zkChain.stop();
  }
}

async function checkAll(options: VerifyOptions, verifier: LedgerVerifier): Promise<VerifyResult> {
  const { ledger, onProgress, signal } = options;
  const toHeight = options.toHeight ?? ledger.head?.header.height ?? -1;
  let firstMs: number | undefined;
  let ledgerMs = 0;
  for (let height = 0; height <= toHeight; height++) {
    signal?.throwIfAborted();
    const block = readBlock(ledger, height as LedgerHeight);
    await verifier.check(block);
    const { timestampMs } = block.header;
    firstMs ??= timestampMs;
    ledgerMs = timestampMs - firstMs;
    onProgress?.({ height, toHeight, timestampMs });
    if (height % BLOCKS_PER_TURN === 0) await nextTurn();
  }
  return { ...verifier.result, heights: toHeight + 1, ledgerMs };
}

function readBlock(ledger: Ledger, height: LedgerHeight): Block {
  const block = guarded({ height }, () => ledger.blockByHeight(height));
  if (block !== undefined) return block;
  throw new NodeError("BLOCK_MISSING", `the block at height ${height} is missing`, {
    details: { height },
  });
}
