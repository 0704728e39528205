import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type BlockStore, openLmdbStore, openReadOnlyStore } from "@weft/ledger";
import {
  type Block,
  type ChainNumber,
  decodeFastTransaction,
  encodeFastTransaction,
  type FastTransaction,
  type Hash,
  hashHeader,
  hexToBytes,
  type LedgerHeight,
  type RoomEvent,
  transactionsRoot,
  ZERO_HASH,
} from "@weft/protocol";
import { type Database, open } from "lmdb";

/** All blocks of a ledger. */
export async function readBlocks(dir: string): Promise<Block[]> {
  const store = openReadOnlyStore(dir);
  const blocks = Array.from({ length: store.expectedBlocks }, (_, height) => {
    const block = store.byHeight(height as LedgerHeight);
    if (block === undefined) throw new Error(`height ${height} is missing`);
    return block;
  });
  await store.close();
  return blocks;
}

/** Writes blocks as they are, whatever is wrong with them. */
export async function writeBlocks(dir: string, blocks: readonly Block[]): Promise<void> {
  const store: BlockStore = openLmdbStore(dir);
  // One by one, as a node that has little to do commits them.
  for (const block of blocks) await store.append(block);
  await store.close();
}

/** The same blocks with one of them changed, and every hash link after it made to fit: a forger's work. */
export function forge(
  blocks: readonly Block[],
  height: number,
  change: (block: Block) => Partial<Pick<Block, "transactions">> & { stateRoot?: Hash },
): Block[] {
  let parentHash: Hash = ZERO_HASH;
  const chainHeads = new Map<number, { hash: Hash; number: number }>();
  return blocks.map((block) => {
    const { transactions = block.transactions, stateRoot = block.header.stateRoot } =
      block.header.height === height ? change(block) : {};
    const chainHead = chainHeads.get(block.header.chainId);
    const header = {
      ...block.header,
      parentHash,
      number: ((chainHead?.number ?? -1) + 1) as ChainNumber,
      chainParentHash: chainHead?.hash ?? ZERO_HASH,
      transactionsRoot: transactionsRoot(transactions),
      stateRoot,
    };
    const forged = { header, hash: hashHeader(header), transactions };
    parentHash = forged.hash;
    chainHeads.set(header.chainId, { hash: forged.hash, number: header.number });
    return forged;
  });
}

/** Changes a block's transactions of one kind; the others stay. */
export function changeTransactions(
  { transactions }: Block,
  change: (transaction: FastTransaction) => FastTransaction,
): { transactions: Uint8Array[] } {
  return {
    transactions: transactions.map((raw) =>
      encodeFastTransaction(change(decodeFastTransaction(raw))),
    ),
  };
}

/** Changes the first room event of one type in a block. */
export function changeEvent<Type extends RoomEvent["type"]>(
  block: Block,
  type: Type,
  change: (event: Extract<RoomEvent, { type: Type }>) => RoomEvent,
) {
  let done = false;
  return changeTransactions(block, (transaction) => {
    if (transaction.type !== "roomEvents") return transaction;
    const events = transaction.events.map((event) => {
      if (done || event.type !== type) return event;
      done = true;
      return change(event as Extract<RoomEvent, { type: Type }>);
    });
    return { ...transaction, events };
  });
}

/** Heights of the fast chain's blocks that hold a room event of a type. */
export function heightsWith(blocks: readonly Block[], fits: (event: RoomEvent) => boolean) {
  return heightsOf(
    blocks,
    (transaction) => transaction.type === "roomEvents" && transaction.events.some(fits),
  );
}

/** Heights of the fast chain's blocks that hold such a transaction. */
export function heightsOf(
  blocks: readonly Block[],
  fits: (transaction: FastTransaction) => boolean,
): number[] {
  const fast = blocks[1]?.header.chainId;
  return blocks
    .filter(({ header }) => header.chainId === fast)
    .filter(({ transactions }) => transactions.map(decodeFastTransaction).some(fits))
    .map(({ header }) => header.height);
}

/** The same bytes but for one bit. */
export function flipBit(bytes: Uint8Array, index = bytes.length - 1): Uint8Array {
  const flipped = Uint8Array.from(bytes);
  flipped[index] = (flipped[index] ?? 0) ^ 1;
  return flipped;
}

/** Changes what the store keeps under heights, past everything that guards it. */
export async function damageStore(
  dir: string,
  damage: (blocks: Database<Uint8Array, number>) => Promise<unknown>,
): Promise<void> {
  // As the store itself opens it: other settings leave other marks on its pages.
  const root = open({
    path: dir,
    noSubdir: false,
    maxDbs: 3,
    overlappingSync: false,
    eventTurnBatching: false,
  });
  await damage(root.openDB<Uint8Array, number>({ name: "blocks", encoding: "binary" }));
  await root.close();
}

const PAGE_BYTES = 4096;

/** Makes zeros of every page of the store's file that has a hash on it. */
export function zeroPagesWith(dir: string, hash: Hash): void {
  const file = join(dir, "data.mdb");
  const bytes = readFileSync(file);
  const wanted = Buffer.from(hexToBytes(hash));
  for (let at = bytes.indexOf(wanted); at >= 0; at = bytes.indexOf(wanted)) {
    const start = at - (at % PAGE_BYTES);
    bytes.fill(0, start, start + PAGE_BYTES);
  }
  writeFileSync(file, bytes);
}
