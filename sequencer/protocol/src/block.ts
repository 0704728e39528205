import type { ChainId, ChainNumber, LedgerHeight, TimestampMs } from "./brand.ts";
import type { Address, Hash } from "./bytes.ts";
import {
  address,
  bytes,
  type Codec,
  decodeFromBytes,
  encodeToBytes,
  hash,
  list,
  record,
  uint,
} from "./codec.ts";
import { keccak256, keccak256Bytes, merkleRoot } from "./hash.ts";
import { MAX_BLOCK_TRANSACTIONS, MAX_TRANSACTION_BYTES } from "./limits.ts";

/** Commits to a block and to everything before it, on the ledger and on the block's own chain. */
export type BlockHeader = {
  /** Position in the ledger. */
  readonly height: LedgerHeight;
  /** Hash of the header at `height - 1`; of nothing (zeros) at height 0. */
  readonly parentHash: Hash;
  readonly chainId: ChainId;
  /** Position in the block's own chain. */
  readonly number: ChainNumber;
  /** Hash of the header with `number - 1` on the same chain; zeros at number 0. */
  readonly chainParentHash: Hash;
  /** When it was ordered. Never below the timestamp of the block at `height - 1`. */
  readonly timestampMs: TimestampMs;
  readonly transactionsRoot: Hash;
  /** The chain's state after this block; the fast chain's as of its last checkpoint. */
  readonly stateRoot: Hash;
  /** Who ordered it. */
  readonly proposer: Address;
};

export type Block = {
  readonly header: BlockHeader;
  /** Hash of the header. */
  readonly hash: Hash;
  /** Canonical encodings; what they mean is up to the chain. */
  readonly transactions: readonly Uint8Array[];
};

export const headerCodec: Codec<BlockHeader> = record<BlockHeader>({
  height: uint(),
  parentHash: hash,
  chainId: uint(),
  number: uint(),
  chainParentHash: hash,
  timestampMs: uint(),
  transactionsRoot: hash,
  stateRoot: hash,
  proposer: address,
});

type BlockBody = Pick<Block, "header" | "transactions">;

const blockCodec = record<BlockBody>({
  header: headerCodec,
  transactions: list(bytes(MAX_TRANSACTION_BYTES), MAX_BLOCK_TRANSACTIONS),
});

/** keccak256 of the header's RLP. */
export function hashHeader(header: BlockHeader): Hash {
  return keccak256(encodeToBytes(headerCodec, header, "header"));
}

/** keccak256 of the transaction's canonical encoding: its id, on either chain. */
export function hashTransaction(transaction: Uint8Array): Hash {
  return keccak256(transaction);
}

/** Merkle root over the transactions' hashes, so that one can be shown to be in a block. */
export function transactionsRoot(transactions: readonly Uint8Array[]): Hash {
  return merkleRoot(transactions.map(keccak256Bytes));
}

export function encodeBlock(block: BlockBody): Uint8Array {
  return encodeToBytes(blockCodec, block, "block");
}

/**
 * Reads a block and recomputes its hash. That the header fits the transactions and the chain is for
 * the ledger to check.
 * @throws ProtocolError
 */
export function decodeBlock(encoded: Uint8Array): Block {
  const { header, transactions } = decodeFromBytes(blockCodec, encoded, "block");
  return { header, hash: hashHeader(header), transactions };
}
