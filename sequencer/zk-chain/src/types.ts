import type {
  Address,
  Block,
  BlockHeader,
  ChainId,
  ChainNumber,
  Deposit,
  Hash,
  Hex,
  LedgerHeight,
  Release,
  StateProof,
  TimestampMs,
  ZkGenesis,
} from "@weft/protocol";
import type { ZkChainError } from "./errors.ts";

/** An EVM log. `index` counts the logs of its block from 0. */
export type Log = {
  readonly address: Address;
  readonly topics: readonly Hash[];
  readonly data: Hex;
  readonly index: number;
};

/** Where a transaction ended up. `index` counts the block's transactions that have a receipt. */
export type Inclusion = {
  readonly blockHash: Hash;
  readonly blockNumber: ChainNumber;
  readonly blockHeight: LedgerHeight;
  /** The EVM's clock in that block, in whole seconds. */
  readonly timestamp: bigint;
  readonly index: number;
};

/**
 * What a transaction did. Of the ledger's own transactions, `genesis` (all constructors' logs) and
 * `release` have one; `begin` is part of the block, not of what the EVM did.
 */
export type ExecutionReceipt = {
  readonly transactionHash: Hash;
  /** Counts the block's transactions that have a receipt. */
  readonly index: number;
  /** EIP-2718 type; 0x5a for the ledger's own transactions, 0 for legacy ones. */
  readonly type: number;
  readonly from: Address;
  /** Absent where a contract was created. */
  readonly to?: Address;
  /** Of a successful creation by a transaction. */
  readonly contractAddress?: Address;
  readonly status: "success" | "reverted";
  readonly gasUsed: bigint;
  /** Of the block's gas limit, up to and with this one; releases have gas of their own. */
  readonly cumulativeGasUsed: bigint;
  /** Wei per gas; 0 for the ledger's own transactions. */
  readonly effectiveGasPrice: bigint;
  /** 256 bytes. */
  readonly logsBloom: Hex;
  readonly logs: readonly Log[];
  /** Root of the state before it: the postStateRoot of the one before, or of the block before. */
  readonly preStateRoot: Hash;
  /** Root of the state after it, fees included; of a block's last one, the block's state root. */
  readonly postStateRoot: Hash;
};

export type Receipt = ExecutionReceipt & Inclusion;

/** A log with its place; `transactionIndex` as in `Inclusion`. */
export type PlacedLog = Log &
  Omit<Inclusion, "index"> & {
    readonly transactionHash: Hash;
    readonly transactionIndex: number;
  };

export type AccessList = readonly {
  readonly address: Address;
  readonly storageKeys: readonly Hash[];
}[];

/** A transaction as JSON-RPC shows it. Amounts in wei. */
export type TransactionInfo = {
  readonly hash: Hash;
  /** EIP-2718 type; 0x5a for the ledger's own transactions, 0 for legacy ones. */
  readonly type: number;
  readonly chainId: ChainId;
  readonly from: Address;
  readonly to?: Address;
  readonly nonce: bigint;
  readonly gas: bigint;
  readonly value: bigint;
  readonly input: Hex;
  /** What is paid per gas once included, before that the offered maximum. */
  readonly gasPrice: bigint;
  /** Type 2 only, as is `maxPriorityFeePerGas`. */
  readonly maxFeePerGas?: bigint;
  readonly maxPriorityFeePerGas?: bigint;
  /** Types 1 and 2. */
  readonly accessList?: AccessList;
  /** Zeros for the ledger's own transactions, which nobody signs. */
  readonly signature: { readonly v: bigint; readonly r: bigint; readonly s: bigint };
  /** Canonical bytes, whose keccak256 is the hash. */
  readonly raw: Uint8Array;
  /** Absent while it waits in the mempool. */
  readonly inclusion?: Inclusion;
};

/** A block of the ZK chain as JSON-RPC shows it. What the ledger hashed is in `header`. */
export type BlockInfo = {
  readonly number: ChainNumber;
  readonly hash: Hash;
  /** Hash of the ZK block before. */
  readonly parentHash: Hash;
  readonly header: BlockHeader;
  /** The EVM's clock in whole seconds; the ledger's, in ms, is in the header. */
  readonly timestamp: bigint;
  readonly gasLimit: bigint;
  readonly gasUsed: bigint;
  readonly baseFeePerGas: bigint;
  readonly feeRecipient: Address;
  readonly prevRandao: Hash;
  readonly logsBloom: Hex;
  /** Sum of the transactions' lengths. */
  readonly sizeBytes: number;
  /** Of the transactions that have a receipt, in order. */
  readonly transactionHashes: readonly Hash[];
};

/** What a block did to the chain. The ledger makes the header around it. */
export type BuiltBlock = {
  readonly number: ChainNumber;
  /** For the ledger, in order: genesis alone, or begin, releases, signed. */
  readonly transactions: readonly Uint8Array[];
  readonly transactionsRoot: Hash;
  readonly stateRoot: Hash;
  /** What the portal took in, to be credited on the fast chain. */
  readonly deposits: readonly Deposit[];
  readonly gasUsed: bigint;
};

/** A built block, with what each of its transactions did: where it was executed. */
export type ExecutedBlock = BuiltBlock & { readonly receipts: readonly ExecutionReceipt[] };

/**
 * Which state a read is made on. `pending` differs from `latest` only for nonces, where it counts
 * what waits in the mempool.
 */
export type StateRef = ChainNumber | "latest" | "pending";

/** Proofs of the leaves that a contract or account has, all against one block's state root. */
export type AccountProof = {
  readonly address: Address;
  readonly blockNumber: ChainNumber;
  readonly blockHash: Hash;
  /** The block header's. */
  readonly stateRoot: Hash;
  /** `decodeBasicData` of the protocol reads its value. */
  readonly basicData: StateProof;
  readonly codeKeccak: StateProof;
  readonly codePoseidon2: StateProof;
  /** In the order that was asked for. */
  readonly storage: readonly { readonly slot: Hash; readonly proof: StateProof }[];
};

/** A message to run without a transaction. Amounts in wei; `from` defaults to the zero address. */
export type CallRequest = {
  readonly from?: Address;
  /** Absent to run `data` as creation code. */
  readonly to?: Address;
  readonly gas?: bigint;
  readonly gasPrice?: bigint;
  readonly maxFeePerGas?: bigint;
  readonly maxPriorityFeePerGas?: bigint;
  readonly value?: bigint;
  readonly data?: Hex;
  readonly accessList?: AccessList;
};

/** What an account is taken to be while a call runs; what is absent stays as it is. */
export type AccountOverride = {
  readonly address: Address;
  readonly balance?: bigint;
  readonly nonce?: bigint;
  readonly code?: Hex;
  /** All of the account's storage: every other slot is zero. Excludes `stateDiff`. */
  readonly state?: readonly SlotOverride[];
  /** These slots only. */
  readonly stateDiff?: readonly SlotOverride[];
};

export type SlotOverride = { readonly slot: Hash; readonly value: Hash };

/** What the block around a call is taken to be. */
export type BlockOverride = {
  readonly number?: ChainNumber;
  /** The EVM's clock, in whole seconds. */
  readonly timestamp?: bigint;
  readonly gasLimit?: bigint;
  readonly feeRecipient?: Address;
  readonly prevRandao?: Hash;
  readonly baseFeePerGas?: bigint;
};

/** How the world around a call differs from the chain's. Who asks bounds the lengths. */
export type CallOptions = {
  readonly accounts?: readonly AccountOverride[];
  readonly block?: BlockOverride;
};

export type AccessListResult = {
  readonly accessList: AccessList;
  /** Of the call with this access list. */
  readonly gasUsed: bigint;
  /** Why the call fails with it, where it does. */
  readonly error?: string;
};

/** One topic position: a value, any of several, or anything (null). */
export type TopicFilter = Hash | readonly Hash[] | null;

/** Blocks from and to are both included; the range is bounded by `MAX_LOG_RANGE_BLOCKS`. */
export type LogFilter = {
  readonly fromNumber: ChainNumber;
  readonly toNumber: ChainNumber;
  /** Any of these; every address when absent or empty. */
  readonly addresses?: readonly Address[];
  readonly topics?: readonly TopicFilter[];
};

/** Wei per gas. */
export type FeeSuggestion = {
  /** Of the next block. */
  readonly baseFeePerGas: bigint;
  readonly maxPriorityFeePerGas: bigint;
  /** For legacy transactions: base fee and tip, with room for a rising base fee. */
  readonly gasPrice: bigint;
};

export type FeeHistory = {
  readonly oldestNumber: ChainNumber;
  /** One more than blocks: the last is the next block's. */
  readonly baseFeePerGas: readonly bigint[];
  readonly gasUsedRatio: readonly number[];
  /** For each block the tips at the asked percentiles; present when some were asked. */
  readonly reward?: readonly (readonly bigint[])[];
};

/** What the chain can do, wherever it runs. Every error is a ZkChainError. */
export interface ZkEngine {
  /** @throws GENESIS_EXISTS; GENESIS_INVALID when a constructor fails or an address doesn't fit. */
  buildGenesis(genesis: ZkGenesis): Promise<BuiltBlock>;
  /**
   * Executes what waits on top of the newest block; undefined when nothing does. The block stays
   * open until `commit` or `discard`; meanwhile reads see the newest committed block.
   * @throws BUILD_PENDING; RELEASES_INVALID when they are too many or don't follow the last one.
   */
  build(input: {
    /** The EVM's clock; the parent's where that is later. */
    readonly timestampMs: TimestampMs;
    /** At most MAX_RELEASES_PER_BLOCK, the first with the nonce after the chain's last release. */
    readonly releases: readonly Release[];
  }): Promise<BuiltBlock | undefined>;
  /**
   * The ledger has ordered the built block: it becomes the newest, and its receipts get its hash.
   * @throws NO_BUILD; BUILD_MISMATCH when the header isn't one of the built block.
   */
  commit(header: BlockHeader, hash: Hash): Promise<void>;
  /** The built block won't be ordered: its effects are undone, its transactions wait again. */
  discard(): Promise<void>;
  /**
   * Executes a block that is already ordered, such as in replay, checks it against every rule, and
   * commits it. @throws BLOCK_INVALID, then nothing has changed; BUILD_PENDING.
   */
  execute(block: Block): Promise<ExecutedBlock>;
  /**
   * Takes back every block after this one, and empties the mempool: for a chain that is ahead of its ledger
   * after a crash. @param number undefined to take back the genesis too.
   * @throws BUILD_PENDING; BLOCK_UNKNOWN; STATE_UNAVAILABLE for more than the last STATE_HISTORY_BLOCKS.
   */
  rollBackTo(number: ChainNumber | undefined): Promise<void>;
  /**
   * Takes a signed transaction into the mempool.
   * @returns its hash. @throws the codes of `SubmitErrorCode`.
   */
  submit(raw: Uint8Array): Promise<Hash>;

  /** Undefined before the genesis is committed. */
  newest(): Promise<BlockInfo | undefined>;
  /** The nonce that the next release must have: the number of releases so far. */
  nextReleaseNonce(): Promise<bigint>;
  /** What the portal took in, in order, from this nonce on: at most MAX_DEPOSITS_READ. */
  depositsFrom(nonce: bigint): Promise<readonly Deposit[]>;
  blockByNumber(number: ChainNumber): Promise<BlockInfo | undefined>;
  blockByHash(hash: Hash): Promise<BlockInfo | undefined>;
  transaction(hash: Hash): Promise<TransactionInfo | undefined>;
  /** All with a receipt, in order. */
  blockTransactions(number: ChainNumber): Promise<readonly TransactionInfo[] | undefined>;
  receipt(transactionHash: Hash): Promise<Receipt | undefined>;
  blockReceipts(number: ChainNumber): Promise<readonly Receipt[] | undefined>;
  /** @throws LOG_FILTER_INVALID, TOO_MANY_LOGS */
  logs(filter: LogFilter): Promise<readonly PlacedLog[]>;

  /** @throws STATE_UNAVAILABLE beyond the last STATE_HISTORY_BLOCKS blocks, as all reads below. */
  balance(address: Address, at?: StateRef): Promise<bigint>;
  nonce(address: Address, at?: StateRef): Promise<bigint>;
  code(address: Address, at?: StateRef): Promise<Hex>;
  storage(address: Address, slot: Hash, at?: StateRef): Promise<Hash>;
  /**
   * Proofs, for the protocol's `verifyStateProof`, of what an account has, or that it hasn't: absence is
   * proven too. @param slots at most MAX_PROOF_SLOTS. @throws REQUEST_INVALID
   */
  stateProof(address: Address, slots: readonly Hash[], at?: StateRef): Promise<AccountProof>;
  /**
   * @returns what the call returned.
   * @throws EXECUTION_REVERTED with `details.data` (Hex, what `revert` gave); EXECUTION_FAILED
   * with `details.reason` for out of gas and the like; INSUFFICIENT_FUNDS.
   */
  call(request: CallRequest, at?: StateRef, options?: CallOptions): Promise<Hex>;
  /** Gas that suffices, within ESTIMATE_TOLERANCE of the least. @throws as `call` */
  estimateGas(request: CallRequest, at?: StateRef, options?: CallOptions): Promise<bigint>;
  /** What the call touches, as EIP-2930 lists it. @throws INSUFFICIENT_FUNDS, INTRINSIC_GAS_TOO_LOW */
  createAccessList(
    request: CallRequest,
    at?: StateRef,
    options?: CallOptions,
  ): Promise<AccessListResult>;
  fees(): Promise<FeeSuggestion>;
  /** At most MAX_FEE_HISTORY_BLOCKS; percentiles from 0 to 100, rising. @throws REQUEST_INVALID */
  feeHistory(input: {
    readonly count: number;
    readonly newest: ChainNumber | "latest" | "pending";
    readonly percentiles?: readonly number[];
  }): Promise<FeeHistory>;
}

/** The chain in its worker thread. The thread that holds this never executes EVM code. */
export interface ZkChain extends ZkEngine {
  /**
   * Something waits to be built: called after a transaction came in, and after a block that left
   * some waiting. @returns how to stop listening, as the two below.
   */
  onPending(listener: () => void): () => void;
  /** A block became the newest, by `commit` or `execute`. Listeners must be quick. */
  onCommitted(listener: (block: BlockInfo) => void): () => void;
  /** A transaction left the mempool unexecuted, as it can't be executed any more. */
  onDropped(listener: (hash: Hash, error: ZkChainError) => void): () => void;
  /** The worker died without `stop`. Every call, waiting or later, is refused with WORKER_STOPPED. */
  onStopped(listener: (error: ZkChainError) => void): () => void;
  /**
   * Refuses what waits and ends the worker. What it has no directory for is gone; the ledger has all it takes
   * to replay.
   */
  stop(): Promise<void>;
}
