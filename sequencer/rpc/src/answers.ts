import type { Address, Hash } from "@weft/protocol";

// What the `weft_*` methods answer, as JSON has it: numbers are plain, amounts decimal text, bytes hexadecimal. Types
// only, for whoever asks: the explorer's page is written against them, and the methods are held to them.

export type ChainName = "zk" | "fast";

/** What JSON can carry. */
export type PlainJson =
  | null
  | boolean
  | number
  | string
  | readonly PlainJson[]
  | { readonly [key: string]: PlainJson };
export type PlainObject = { readonly [key: string]: PlainJson };

/** A transaction of a block, before it is decoded. `room` and `events`: of `roomEvents` only. */
export type TransactionSummary = {
  readonly hash: Hash;
  readonly kind: string;
  readonly sizeBytes: number;
  readonly room?: Address;
  readonly events?: number;
};

/** `weft_getBlock`, `weft_getBlocks`. */
export type LedgerBlock = {
  readonly height: number;
  readonly parentHash: Hash;
  readonly chainId: number;
  readonly number: number;
  readonly chainParentHash: Hash;
  readonly timestampMs: number;
  readonly transactionsRoot: Hash;
  readonly stateRoot: Hash;
  readonly proposer: Address;
  readonly hash: Hash;
  readonly chain: ChainName;
  readonly transactions: readonly TransactionSummary[];
};

/** `weft_getTransaction`: of either chain, decoded. What `content` holds depends on `kind`. */
export type Transaction = {
  readonly hash: Hash;
  readonly chain: ChainName;
  readonly chainId: number;
  readonly height: number;
  readonly number: number;
  readonly blockHash: Hash;
  readonly timestampMs: number;
  readonly index: number;
  readonly sizeBytes: number;
  readonly kind: string;
  readonly content: PlainObject;
};

/** What is null isn't known: it happened before the first block that the index has. */
export type RoomSummary = {
  readonly room: Address;
  readonly name: string | null;
  readonly game: string | null;
  readonly gameHash: Hash | null;
  readonly seed: Hash | null;
  readonly seedHeight: number | null;
  readonly isOpen: boolean;
  readonly createdHeight: number | null;
  readonly closedHeight: number | null;
  readonly newestHeight: number | null;
  readonly events: number;
  readonly laneCount: number;
  readonly players: number;
  readonly rounds: number;
  readonly newestRound?: { readonly roundId: Hash; readonly phase: RoundPhase };
};

/**
 * A player's lane. `headHash`, `seals`: null where nobody keeps them. `sealedFrames`: up to the newest seal's number; whether its
 * signature holds is verified for a report.
 */
export type Lane = {
  readonly lane: number;
  readonly sessionId: Hash | null;
  readonly payout: Address | null;
  readonly joinedHeight: number | null;
  readonly frames: number;
  readonly headHash: Hash | null;
  readonly sealedFrames: number;
  readonly seals: number | null;
  readonly left: string | null;
  readonly leftHeight: number | null;
};

/** `weft_getRoom`. */
export type RoomDetails = RoomSummary & {
  readonly lanes: readonly Lane[];
  readonly roundIds: readonly Hash[];
  readonly nowMs: number;
  readonly stateHash: Hash | null;
  readonly fromHeight: number;
};

/** What else it holds depends on `type`. */
export type RoomEvent = PlainObject & {
  readonly index: number;
  readonly height: number;
  readonly type: string;
};

/** `weft_getRoomEvents`: in their order. `nextIndex` is null when these are the newest. */
export type RoomEvents = {
  readonly events: readonly RoomEvent[];
  readonly nextIndex: number | null;
};

/** How far a round has come on the fast chain. `sealing`: it has ended, and its report isn't there yet. */
export type RoundPhase = "playing" | "sealing" | "reported" | "void";

export type RoundSummary = {
  readonly roundId: Hash;
  readonly room: Address;
  readonly game: string | null;
  readonly phase: RoundPhase;
  readonly cap: number | null;
  readonly deadlineMs: number | null;
  readonly openHeight: number | null;
  readonly endHeight: number | null;
  readonly reportHeight: number | null;
  readonly prizes: number | null;
  readonly actions: number | null;
  readonly voidCode: string | null;
};

/** `weft_getRound`. */
export type RoundDetails = RoundSummary & {
  readonly players: readonly {
    readonly lane: number;
    readonly sessionId: Hash | null;
    readonly payout: Address | null;
  }[];
  readonly zkNumber: number | null;
  readonly report:
    | (PlainObject & {
        readonly mints: readonly { readonly to: Address; readonly item: string }[];
        readonly results: PlainJson;
        readonly hash: Hash;
        readonly actionsRoot: Hash;
      })
    | null;
  readonly reportTransaction: Hash | null;
  readonly fromHeight: number;
};

/** Value that went from one chain to the other: where it left, and where it arrived. Nonces count per direction, from 0. */
export type Crossing = {
  readonly direction: "toFast" | "toZk";
  readonly nonce: string;
  readonly asset: Address;
  readonly recipient: Address;
  readonly amount: string;
  readonly left: { readonly height: number; readonly transactionHash: Hash | null } | null;
  readonly arrived: {
    readonly height: number;
    readonly transactionHash: Hash;
    readonly timestampMs: number;
  };
};

/** `weft_getAccount`. `transactions`: what it sent, and what was to its good, newest first. */
export type Account = {
  readonly address: Address;
  readonly fast: {
    readonly nonce: number;
    readonly balances: readonly { readonly asset: Address; readonly amount: string }[];
    readonly isPortal: boolean;
  };
  readonly zk: { readonly nonce: number; readonly balance: string; readonly codeBytes: number };
  readonly isRoom: boolean;
  readonly transactions: readonly Transaction[];
  readonly fromHeight: number;
};

/** What a text may stand for, and where to find it. */
export type SearchHit =
  | {
      readonly type: "block";
      readonly height: number;
      readonly chain: ChainName;
      readonly number: number;
    }
  | {
      readonly type: "transaction";
      readonly hash: Hash;
      readonly height: number;
      readonly index: number;
    }
  | { readonly type: "room"; readonly room: Address; readonly name: string | null }
  | { readonly type: "round"; readonly roundId: Hash }
  | {
      readonly type: "session";
      readonly sessionId: Hash;
      readonly height: number;
      readonly index: number;
    }
  | { readonly type: "account"; readonly address: Address };

/** A page of a list, newest first; `total` counts all that the index has, which looks back to `fromHeight`. */
type Listed = { readonly total: number; readonly fromHeight: number };

/** `weft_getRooms`. */
export type RoomList = Listed & { readonly rooms: readonly RoomSummary[] };

/** `weft_getRounds`. */
export type RoundList = Listed & { readonly rounds: readonly RoundSummary[] };

/** `weft_getCrossings`. `deposits` and `withdrawals` count all that ever were. */
export type CrossingList = Listed & {
  readonly crossings: readonly Crossing[];
  readonly deposits: string;
  readonly withdrawals: string;
};
