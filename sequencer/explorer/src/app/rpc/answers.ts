import type { Address, Hash, Hex } from "@weft/protocol";
import type { Chain } from "./rpc.ts";

// What the node's `weft_*` methods answer; @weft/rpc's README has the list.

export type Plain =
  | null
  | boolean
  | number
  | string
  | readonly Plain[]
  | { readonly [key: string]: Plain };
export type PlainObject = { readonly [key: string]: Plain };

export type TransactionSummary = {
  readonly hash: Hash;
  readonly kind: string;
  readonly sizeBytes: number;
  readonly room?: Address;
  readonly events?: number;
};

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
  readonly chain: Chain;
  readonly transactions: readonly TransactionSummary[];
};

export type Transaction = {
  readonly hash: Hash;
  readonly chain: Chain;
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

export type RoomDetails = RoomSummary & {
  readonly lanes: readonly Lane[];
  readonly roundIds: readonly Hash[];
  readonly nowMs: number;
  readonly stateHash: Hash | null;
  readonly fromHeight: number;
};

export type RoomEvent = PlainObject & {
  readonly index: number;
  readonly height: number;
  readonly type: string;
};

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
        readonly results: Plain;
        readonly hash: Hash;
        readonly actionsRoot: Hash;
      })
    | null;
  readonly reportTransaction: Hash | null;
};

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

export type Hit =
  | {
      readonly type: "block";
      readonly height: number;
      readonly chain: Chain;
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

/** Of Ethereum's own methods. Quantities are hexadecimal. */
export type EthLog = {
  readonly address: Address;
  readonly topics: readonly Hash[];
  readonly data: Hex;
  readonly blockNumber: Hex;
  readonly transactionHash: Hash;
  readonly logIndex: Hex;
};

export type EthReceipt = {
  readonly status: Hex;
  readonly gasUsed: Hex;
  readonly effectiveGasPrice: Hex;
  readonly contractAddress: Address | null;
  readonly logs: readonly EthLog[];
  readonly preStateRoot: Hash;
  readonly postStateRoot: Hash;
};
