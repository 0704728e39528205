import { join } from "node:path";
import { type FastSnapshot, loadFastSnapshots } from "@weft/fast-chain";
import { type Game, programsOf } from "@weft/game";
import {
  faultOf,
  type LedgerFault,
  type VerifyProgress,
  type VerifyResult,
  verifyLedger,
} from "@weft/node";
import type { Hash, LedgerHeight } from "@weft/protocol";
import { CliError } from "../errors.ts";
import { isFinding } from "../findings.ts";
import { type OpenedLedger, openLedger } from "../openLedger.ts";

/** In a node's data directory. */
const SNAPSHOTS_DIR = "snapshots";

export type VerifyDirectoryOptions = {
  readonly dir: string;
  readonly games: readonly Game[];
  /** Begin with the newest snapshot at or below this height; Infinity for the newest of all. */
  readonly fromHeight?: number;
  /** Last height to look at. */
  readonly toHeight?: number;
  /** A block that the ledger must have, wherever its hash was learnt. */
  readonly headHash?: Hash;
  readonly onProgress?: (progress: VerifyProgress) => void;
  readonly onWarning?: (warning: string) => void;
  readonly signal?: AbortSignal;
};

export type VerifyReport =
  | (VerifyResult & {
      readonly ok: true;
      /** The snapshot that the fast chain's state was taken from; null for none. */
      readonly snapshotHeight: LedgerHeight | null;
      readonly head: { readonly height: number; readonly hash: Hash } | null;
      /** How long it took. */
      readonly tookMs: number;
    })
  | ({ readonly ok: false } & LedgerFault);

/**
 * Replays the ledger of a node's data directory and says what is wrong with it first.
 * @throws what isn't a finding: the directory can't be opened at all, the EVM's worker fails
 */
export async function verifyDirectory(options: VerifyDirectoryOptions): Promise<VerifyReport> {
  const beganMs = performance.now();
  let opened: OpenedLedger | undefined;
  try {
    opened = await openLedger(options.dir);
    const result = await verifyOpened(opened, options);
    const tookMs = Math.round(performance.now() - beganMs);
    return { ok: true, ...result, head: headOf(opened, result.heights), tookMs };
  } catch (error) {
    options.signal?.throwIfAborted();
    const fault = isFinding(error) ? faultOf(error) : undefined;
    if (fault === undefined) throw error;
    return { ok: false, ...fault };
  } finally {
    await opened?.close();
  }
}

async function verifyOpened(opened: OpenedLedger, options: VerifyDirectoryOptions) {
  const { ledger, fastChainId, zkChainId, blocks, damage } = opened;
  const { games, onProgress, onWarning, signal, headHash } = options;
  const toHeight = Math.min(options.toHeight ?? Infinity, blocks - 1) as LedgerHeight;
  if (options.toHeight !== undefined && options.toHeight > toHeight) {
    onWarning?.(`the ledger ends at height ${toHeight}, before ${options.toHeight}`);
  }
  const from = findSnapshot(opened, options, toHeight);
  const result = await verifyLedger({
    ledger,
    fastChainId,
    zkChainId,
    toHeight,
    programs: programsOf(games),
    ...(from && { from }),
    ...(onProgress && { onProgress }),
    ...(signal && { signal }),
  });
  // All blocks could be read and are right, and the file isn't: the damage is beside them.
  if (damage !== undefined && toHeight === blocks - 1) throw damage;
  if (headHash !== undefined && ledger.blockByHash(headHash) === undefined) {
    const message = `the ledger ends before height ${blocks} and has no block ${headHash}`;
    throw new CliError("HEAD_MISSING", message, { details: { height: blocks, headHash } });
  }
  return { ...result, snapshotHeight: from?.height ?? null };
}

function findSnapshot(
  { ledger }: OpenedLedger,
  { dir, fromHeight, onWarning }: VerifyDirectoryOptions,
  toHeight: LedgerHeight,
): FastSnapshot | undefined {
  if (fromHeight === undefined) return undefined;
  const [snapshot] = loadFastSnapshots({
    dir: join(dir, SNAPSHOTS_DIR),
    ledger,
    upTo: Math.min(fromHeight, toHeight) as LedgerHeight,
    onSkipped: ({ message }) => onWarning?.(`a snapshot can't be used: ${message}`),
  });
  if (snapshot === undefined) onWarning?.("there is no usable snapshot: from the first block then");
  return snapshot;
}

function headOf({ ledger }: OpenedLedger, heights: number) {
  const block = ledger.blockByHeight((heights - 1) as LedgerHeight);
  return block === undefined ? null : { height: block.header.height, hash: block.hash };
}
