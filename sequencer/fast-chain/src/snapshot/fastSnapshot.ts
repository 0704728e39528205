import type { Ledger } from "@weft/ledger";
import {
  type Address,
  type Block,
  bytesToHex,
  type ChainId,
  type ChainNumber,
  concatBytes,
  decodeFastTransaction,
  decodeValue,
  encodeValue,
  type Hash,
  hexToBytes,
  type LedgerHeight,
  type Value,
} from "@weft/protocol";
import { applyGenesis } from "../applyBlock.ts";
import { FastChainError, refuse } from "../errors.ts";
import type { Place, Receipts } from "../receipts.ts";
import { markRoundHeights } from "../room/applyRoomEvents.ts";
import { FastState, type StateLeaf, type StateView } from "../state.ts";
import { MAX_SNAPSHOT_BYTES } from "./limits.ts";
import { readSnapshotFile, type SnapshotContent, type SnapshotRecord } from "./snapshotFile.ts";
import { SnapshotFolder } from "./snapshotFolder.ts";
import type { SnapshotMachine } from "./snapshotMachine.ts";

/** With a number that rises when leaves come to be written otherwise. */
const KIND = "fast chain 2";
/** Name of the files. */
const NAME = "fast";
/** A leaf of the state: canonical encoding of its name and value. */
const STATE_SECTION = 1;
/** A signed transaction: hash (32 bytes), height (6), index (4). */
const RECEIPT_SECTION = 2;
const RECEIPT_BYTES = 42;

type Header = {
  readonly kind: string;
  readonly chainId: ChainId;
  readonly height: LedgerHeight;
  readonly blockHash: Hash;
  readonly stateRoot: Hash;
};

export function fastSnapshotFolder(
  dir: string,
  keep = Infinity,
  machine?: SnapshotMachine,
): SnapshotFolder {
  return new SnapshotFolder({ dir, name: NAME, keep, ...(machine && { machine }) });
}

/**
 * What a snapshot after a block holds. The view must be of the state that the block's header has the
 * root of: all of the block applied, and its rounds not yet told the block's height.
 */
export function fastSnapshotContent(
  { header, hash }: Block,
  view: StateView,
  receipts: Receipts,
): SnapshotContent {
  const { chainId, height, stateRoot } = header;
  return {
    header: { kind: KIND, chainId, height, blockHash: hash, stateRoot },
    records: recordsOf(view, receipts, height),
  };
}

function* recordsOf(
  view: StateView,
  receipts: Receipts,
  height: LedgerHeight,
): Generator<SnapshotRecord> {
  for (const leaf of view) yield { section: STATE_SECTION, bytes: encodeValue(leaf) };
  for (const entry of receipts.placesUpTo(height)) {
    yield { section: RECEIPT_SECTION, bytes: encodeReceipt(entry) };
  }
}

function encodeReceipt([hash, { height, index }]: readonly [Hash, Place]): Uint8Array {
  const place = Buffer.alloc(RECEIPT_BYTES - 32);
  place.writeUIntBE(height, 0, 6);
  place.writeUInt32BE(index, 6);
  return concatBytes(hexToBytes(hash), place);
}

function decodeReceipt(bytes: Uint8Array): readonly [Hash, Place] {
  const place = Buffer.from(bytes).subarray(32, RECEIPT_BYTES);
  const height = place.readUIntBE(0, 6) as LedgerHeight;
  return [bytesToHex(bytes.slice(0, 32)), { height, index: place.readUInt32BE(6) }];
}

/** The fast chain after one of its blocks. */
export type FastSnapshot = {
  readonly height: LedgerHeight;
  /** The block's number on the chain. */
  readonly number: ChainNumber;
  readonly state: FastState;
  /** Where the newest signed transactions are, oldest first. */
  readonly receipts: readonly (readonly [Hash, Place])[];
};

/**
 * Reads a snapshot and holds it against the ledger: the block is there, and the root over everything
 * that the file says is the one in that block's header.
 * @throws FastChainError SNAPSHOT_INVALID; LedgerError
 */
export function readFastSnapshot(
  file: string,
  ledger: Ledger,
  machine?: SnapshotMachine,
): FastSnapshot {
  const content = readSnapshotFile(file, machine);
  const { kind, chainId, height, blockHash } = content.header as unknown as Header;
  if (kind !== KIND) refuse("SNAPSHOT_INVALID", `${file} isn't of the fast chain`);
  const block = ledger.blockByHeight(height);
  if (block?.hash !== blockHash || block.header.chainId !== chainId) {
    return refuse("SNAPSHOT_INVALID", `${file} is of a block that the ledger doesn't have`, {
      height,
      blockHash,
    });
  }
  const receipts: (readonly [Hash, Place])[] = [];
  function* leaves(): Generator<StateLeaf> {
    for (const { section, bytes } of content.records()) {
      if (section === STATE_SECTION) yield decodeLeaf(bytes);
      else if (section === RECEIPT_SECTION) receipts.push(decodeReceipt(bytes));
    }
  }
  const { genesis } = genesisState(ledger, chainId);
  const state = FastState.fromLeaves(genesis, leaves());
  const { timestampMs, stateRoot, number } = block.header;
  const root = state.currentRoot();
  if (root !== stateRoot) {
    refuse("SNAPSHOT_INVALID", `${file} has root ${root}, block ${height} has ${stateRoot}`, {
      height,
      root,
      stateRoot,
    });
  }
  state.commitRoot(timestampMs, root);
  for (const room of roomsIn(block)) markRoundHeights(state, room, height);
  return { height, number, state, receipts };
}

function decodeLeaf(bytes: Uint8Array): StateLeaf {
  return decodeValue(bytes, MAX_SNAPSHOT_BYTES) as readonly Value[] as StateLeaf;
}

function genesisState(ledger: Ledger, chainId: ChainId): FastState {
  const first = ledger.blockByNumber(chainId, 0 as ChainNumber);
  return first === undefined
    ? refuse("SNAPSHOT_INVALID", `the ledger has no block of chain ${chainId}`)
    : applyGenesis(first);
}

function roomsIn({ transactions }: Block): ReadonlySet<Address> {
  const rooms = transactions.map(decodeFastTransaction).flatMap((transaction) => {
    return transaction.type === "roomEvents" ? [transaction.room] : [];
  });
  return new Set(rooms);
}

export type LoadOptions = {
  readonly dir: string;
  readonly ledger: Ledger;
  /** Newest height that is of use; the ledger's head by default. */
  readonly upTo?: LedgerHeight;
  /** Hears of every snapshot that can't be used. */
  readonly onSkipped?: (error: Error) => void;
  /** Where the folder is. Default: here. */
  readonly machine?: SnapshotMachine | undefined;
};

/** The usable snapshots in a folder, newest first, each read when it is asked for. */
export function* loadFastSnapshots(options: LoadOptions): Generator<FastSnapshot, void> {
  const { dir, ledger, upTo = Infinity, onSkipped, machine } = options;
  for (const { file, height } of fastSnapshotFolder(dir, undefined, machine).list()) {
    if (height > upTo) continue;
    let snapshot: FastSnapshot;
    try {
      snapshot = readFastSnapshot(file, ledger, machine);
    } catch (error) {
      onSkipped?.(asInvalid(file, error));
      continue;
    }
    yield snapshot;
  }
}

/** What decodes as a snapshot and isn't one may throw anything. */
function asInvalid(file: string, cause: unknown): Error {
  if (cause instanceof FastChainError) return cause;
  return new FastChainError("SNAPSHOT_INVALID", `${file} can't be used`, { cause });
}
