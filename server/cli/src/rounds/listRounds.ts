import {
  type Address,
  type Block,
  type ChainId,
  type CreateRoom,
  decodeFastTransaction,
  type FastTransaction,
  type Hash,
  type LedgerHeight,
  type RoomEvent,
  type TimestampMs,
} from "@weft/protocol";
import type { OpenedLedger } from "../openLedger.ts";

/** A round, as a ledger has it. */
export type Round = {
  readonly roundId: Hash;
  readonly game: string;
  /** What its host calls the room. */
  readonly roomName: string;
  readonly room: Address;
  /** Number of its first event in the room. */
  readonly firstEvent: number;
  readonly openedHeight: LedgerHeight;
  readonly openedMs: TimestampMs;
  /** Players who could co-sign. */
  readonly players: number;
  readonly cap: number;
  readonly end: RoundEnd | undefined;
};

/** How a round ended. */
export type RoundEnd = {
  readonly height: LedgerHeight;
  readonly timestampMs: TimestampMs;
  /** Number of the event that ended it, in the room. */
  readonly lastEvent: number;
} & (
  | { readonly outcome: "reported"; readonly actions: number; readonly prizes: number }
  | { readonly outcome: "void"; readonly code: string }
);

/**
 * All rounds of a ledger, in the order in which they opened. Reads the fast chain's blocks, and checks nothing.
 * @throws LedgerError STORE_CORRUPT; ProtocolError for what is no transaction
 */
export function listRounds(opened: OpenedLedger, signal?: AbortSignal): Round[] {
  const rooms = new Map<Address, CreateRoom>();
  const rounds = new Map<Hash, Round>();
  for (const { block, transaction } of fastTransactions(opened, signal)) {
    if (transaction.type === "createRoom") rooms.set(transaction.room, transaction);
    if (transaction.type !== "roomEvents") continue;
    const room = rooms.get(transaction.room);
    if (room === undefined) continue;
    transaction.events.forEach((event, nth) => {
      noteEvent(rounds, { block, room, event, index: transaction.firstIndex + nth });
    });
  }
  return [...rounds.values()];
}

/** The fast chain's transactions, in their order. */
export function* fastTransactions(
  { ledger, fastChainId }: { ledger: OpenedLedger["ledger"]; fastChainId: ChainId },
  signal?: AbortSignal,
): Generator<{ block: Block; transaction: FastTransaction }, void> {
  for (const block of ledger.blocks({ fromHeight: 0 as LedgerHeight })) {
    signal?.throwIfAborted();
    if (block.header.chainId !== fastChainId) continue;
    for (const encoded of block.transactions) {
      yield { block, transaction: decodeFastTransaction(encoded) };
    }
  }
}

type Noted = {
  readonly block: Block;
  readonly room: CreateRoom;
  readonly event: RoomEvent;
  readonly index: number;
};

function noteEvent(rounds: Map<Hash, Round>, { block, room, event, index }: Noted): void {
  const { height, timestampMs } = block.header;
  const end = (roundId: Hash, how: DistributiveOmit<RoundEnd, keyof typeof at>): void => {
    const round = rounds.get(roundId);
    if (round !== undefined) rounds.set(roundId, { ...round, end: { ...at, ...how } });
  };
  const at = { height, timestampMs, lastEvent: index };
  if (event.type === "roundOpen") {
    const { roundId, cap, players } = event;
    rounds.set(roundId, {
      ...{ roundId, cap, game: room.game, room: room.room, roomName: room.name },
      ...{ firstEvent: index, openedHeight: height, openedMs: timestampMs },
      players: players.length,
      end: undefined,
    });
  } else if (event.type === "report") {
    const { roundId, actions, mints } = event.report;
    end(roundId, { outcome: "reported", actions, prizes: mints.length });
  } else if (event.type === "roundVoid") {
    end(event.roundId, { outcome: "void", code: event.code });
  }
}

type DistributiveOmit<T, Key extends PropertyKey> = T extends unknown ? Omit<T, Key> : never;
