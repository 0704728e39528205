import type { ChainId, ChainNumber, LedgerHeight, TimestampMs } from "./brand.ts";
import type { Address, Hash } from "./bytes.ts";
import {
  address,
  bigUint,
  type Codec,
  type CodecType,
  fixedBytes,
  hash,
  list,
  record,
  text,
  uint,
  variant,
} from "./codec.ts";
import { decodeEnvelope, encodeEnvelope, type SignedTransaction } from "./envelope.ts";
import { MAX_NAME_BYTES, MAX_ROOM_EVENTS, OWNERSHIP_KEY_BYTES } from "./limits.ts";
import { RlpWriter } from "./rlpWriter.ts";
import { type RoomEvent, roomEventCodec } from "./roomEvent.ts";
import {
  type LoginProof,
  loginProofCodec,
  type SessionGrant,
  sessionGrantCodec,
} from "./session.ts";
import { writeRoomEvents } from "./writeRoomEvents.ts";

/** EIP-2718 type of the fast chain's own transactions ("W"). Signed ones keep Ethereum's types. */
const FAST_TYPE = 0x57;

/** The only transaction of the fast chain's first block: what a replay must know. */
export type FastGenesis = {
  readonly chainId: ChainId;
  readonly zkChainId: ChainId;
  /** Address of the portal, a contract on the ZK chain and a program on the fast chain. */
  readonly portal: Address;
  /** The contract on the ZK chain that has the passes. */
  readonly gamePass: Address;
  /** Verifies ownership proofs; see `OWNERSHIP_KEY_BYTES`. */
  readonly ownershipKey: Uint8Array;
  readonly timestampMs: TimestampMs;
};

/** Value that the portal on the ZK chain took in, credited here. */
export type Deposit = {
  /** The portal's own count of deposits, from 0, without gaps. */
  readonly nonce: bigint;
  /** Token on the ZK chain; zeros for ZKPoW. */
  readonly asset: Address;
  readonly recipient: Address;
  readonly amount: bigint;
  /** The ZK block that holds the deposit. */
  readonly zkNumber: ChainNumber;
};

export type OpenSession = {
  readonly grant: SessionGrant;
  readonly login: LoginProof;
  /** The ZK block against which ownership of the pass was checked. */
  readonly zkNumber: ChainNumber;
};

export type CloseSession = { readonly sessionId: Hash; readonly reason: string };

export type CreateRoom = {
  readonly room: Address;
  /** What its host calls it: where players find it, also after a restart. */
  readonly name: string;
  readonly game: string;
  /** Hash of the game's declared name, version and rules: which program to replay with. */
  readonly gameHash: Hash;
  readonly seedHeight: LedgerHeight;
  readonly seed: Hash;
};

/** A run of a room's events; `firstIndex` counts the room's events from 0, without gaps. */
export type RoomEvents = {
  readonly room: Address;
  readonly firstIndex: number;
  readonly events: readonly RoomEvent[];
};

const fastCodec = variant({
  genesis: {
    tag: 0,
    codec: record<FastGenesis>({
      chainId: uint(),
      zkChainId: uint(),
      portal: address,
      gamePass: address,
      ownershipKey: fixedBytes(OWNERSHIP_KEY_BYTES),
      timestampMs: uint(),
    }),
  },
  deposit: {
    tag: 1,
    codec: record<Deposit>({
      nonce: bigUint(64),
      asset: address,
      recipient: address,
      amount: bigUint(256),
      zkNumber: uint(),
    }),
  },
  openSession: {
    tag: 2,
    codec: record<OpenSession>({
      grant: sessionGrantCodec,
      login: loginProofCodec,
      zkNumber: uint(),
    }),
  },
  closeSession: {
    tag: 3,
    codec: record<CloseSession>({ sessionId: hash, reason: text(MAX_NAME_BYTES) }),
  },
  createRoom: {
    tag: 4,
    codec: record<CreateRoom>({
      room: address,
      name: text(MAX_NAME_BYTES),
      game: text(MAX_NAME_BYTES),
      gameHash: hash,
      seedHeight: uint(),
      seed: hash,
    }),
  },
  roomEvents: {
    tag: 5,
    codec: record<RoomEvents>({
      room: address,
      firstIndex: uint(),
      events: list(roomEventCodec as Codec<RoomEvent>, MAX_ROOM_EVENTS),
    }),
  },
});

/** A transaction of the fast chain: one of its own kinds, or a signed Ethereum transaction. */
export type FastTransaction = CodecType<typeof fastCodec> | SignedTransaction;

/** @throws ProtocolError for what has no encoding */
export function encodeFastTransaction(transaction: FastTransaction): Uint8Array {
  const written = transaction.type === "roomEvents" ? writeRuns([transaction])?.[0] : undefined;
  return written ?? encodeEnvelope(FAST_TYPE, fastCodec, transaction);
}

/**
 * The transactions of runs of room events, in the order of the runs. They are views of one array: a block of play has one for each
 * room.
 * @throws ProtocolError for what has no encoding
 */
export function encodeRoomRuns(runs: readonly RoomEvents[]): readonly Uint8Array[] {
  const encode = (run: RoomEvents) => encodeFastTransaction({ type: "roomEvents", ...run });
  return writeRuns(runs) ?? runs.map(encode);
}

/** @returns undefined where one of them is refused by the codec: it says why */
function writeRuns(runs: readonly RoomEvents[]): readonly Uint8Array[] | undefined {
  /** Where each begins, counted from the end. */
  const begins: number[] = new Array(runs.length).fill(0);
  let areWritten = true;
  try {
    const bytes = RlpWriter.write((writer) => {
      for (let i = runs.length - 1; i >= 0; i--) {
        areWritten &&= writeRoomEvents(writer, runs[i] as RoomEvents);
        writer.byte(FAST_TYPE);
        begins[i] = writer.length;
      }
    });
    if (!areWritten) return undefined;
    const at = (index: number) => bytes.length - (begins[index] ?? 0);
    return begins.map((_, index) => bytes.subarray(at(index), at(index + 1)));
  } catch {
    return undefined;
  }
}

/** @throws ProtocolError for anything that isn't one. Signed transactions are not looked into. */
export function decodeFastTransaction(encoded: Uint8Array): FastTransaction {
  return decodeEnvelope(FAST_TYPE, fastCodec, encoded);
}
