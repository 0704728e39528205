import {
  type Block,
  decodeFastTransaction,
  encodeFastTransaction,
  encodeValue,
  hashHeader,
  type LedgerHeight,
  type Mint,
  type RoomEvent,
  type RoundReport,
  roundIdOf,
  timestampMs,
  transactionsRoot,
  type Value,
} from "@weft/protocol";
import { FastReplay } from "./replay/fastReplay.ts";
import type { ProgramSource } from "./replay/replayRoom.ts";
import type { TestChain } from "./testChain.ts";
import type { RoomJournal } from "./types.ts";

/** Rounds in a room of a test chain, and what others make of its ledger: for tests. */

export function openRound({ chain }: TestChain, journal: RoomJournal, cap = 2) {
  const roundId = roundIdOf(journal.room, journal.record.rounds);
  const deadlineMs = timestampMs(2_000_000_000_000);
  const players = journal.record.lanes.map((_, lane) => lane);
  const event = {
    type: "roundOpen" as const,
    roundId,
    cap,
    deadlineMs,
    players,
    ...chain.seed(roundId),
  };
  journal.append(event);
  return event;
}

/** Waits for the block with everything so far. */
export function sequenced(journal: RoomJournal): Promise<LedgerHeight> {
  const { events } = journal.record;
  const { promise, resolve } = Promise.withResolvers<LedgerHeight>();
  const stop = journal.onSequenced((progress) => {
    if (progress.events < events) return;
    stop();
    resolve(progress.height);
  });
  return promise;
}

export function report(journal: RoomJournal, mints: Mint[], results: Value = null): RoundReport {
  return { ...journal.draftReport(), results: encodeValue(results), mints };
}

/** A seal in its place that nobody signed. */
export function falseSeal(journal: RoomJournal, lane: number): void {
  const seq = journal.record.lanes[lane]?.head.seq ?? 0;
  journal.append({ type: "seal", lane, seq, signature: new Uint8Array(64).fill(7) });
}

/** The whole ledger, as a stranger goes through it. */
export function replay({ ledger }: TestChain, programs?: ProgramSource): FastReplay {
  const replay = new FastReplay(ledger, programs);
  for (const block of ledger.blocks({ fromHeight: 0 as LedgerHeight })) replay.apply(block);
  return replay;
}

/** The block with its room events changed, and a header that fits it. */
export function tampered(block: Block, change: (event: RoomEvent) => RoomEvent): Block {
  const transactions = block.transactions.map((encoded) => {
    const transaction = decodeFastTransaction(encoded);
    return transaction.type === "roomEvents"
      ? encodeFastTransaction({ ...transaction, events: transaction.events.map(change) })
      : encoded;
  });
  const header = { ...block.header, transactionsRoot: transactionsRoot(transactions) };
  return { header, hash: hashHeader(header), transactions };
}
