import type { contractAddresses } from "@weft/contracts";
import type { FastChainHost, LoginProofs, SealVerifier } from "@weft/fast-chain";
import type { Ledger } from "@weft/ledger";
import type { Address, ChainId, Hex } from "@weft/protocol";
import type { RpcServer } from "@weft/rpc";
import type { ZkChain } from "@weft/zk-chain";
import type { PublicClient, TransactionReceipt } from "viem";

/** One line a log entry; `fields` is plain data. */
export interface Logger {
  debug(message: string, fields?: Record<string, unknown>): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
  error(message: string, fields?: Record<string, unknown>): void;
}

export type NodeOptions = {
  /** Folder of the ledger; in memory without one. */
  readonly dataDir?: string;
  /** Default 1. */
  readonly zkChainId?: number;
  readonly fastChainId?: number;
  /** Where JSON-RPC listens; port 0 takes a free one. Default 127.0.0.1:8545. */
  readonly rpc?: { readonly host?: string; readonly port?: number };
  /** Key of the account that opens rounds and sends reports; without one, a key that everybody knows, for development. */
  readonly operatorKey?: Hex;
  /**
   * Who is to own the contracts: mint passes, and say what each game's rounds may mint. A ledger that begins
   * with an `operatorKey` needs an owner, whose key belongs where no server is: what a stolen operator's key
   * can cost is bounded by what only the owner can change. Later it is what the chain says.
   */
  readonly owner?: Hex;
  /** The owner's key, for chains on which it has nothing to protect: whoever takes the node over has it too. */
  readonly ownerKey?: Hex;
  /**
   * Verifies ownership proofs, see `OWNERSHIP_KEY_BYTES`: of the ceremony that was held for the circuit. A ledger keeps
   * the one that it began with. Default: the key of the development set-up.
   */
  readonly ownershipKey?: Uint8Array;
  /**
   * Take the development set-up's key on a node that has an operator of its own: who made that set-up may log in with
   * any pass. Default false.
   */
  readonly allowDevelopmentCircuits?: boolean;
  /**
   * When a snapshot of the fast chain is due: after so many of its blocks (default 3,000) or so much time
   * (60,000 ms), whichever comes first; and how many stay (3). With a `dataDir` only.
   */
  readonly snapshots?: {
    readonly everyBlocks?: number;
    readonly everyMs?: number;
    readonly keep?: number;
  };
  /**
   * Warn in the log when the thread that serves was held for this long or longer, at most every 10 s, and say by what.
   * Default: don't look.
   */
  readonly loopWarnMs?: number;
  readonly logger?: Logger;
};

/** An account whose key the node has: sends its transactions on the ZK chain, one after another. */
export interface Sender {
  readonly address: Address;
  /**
   * Signs, sends and waits for the receipt. Without `to`, `data` creates a contract.
   * @throws NodeError OPERATOR_REVERTED with the contract's error name in `details.errorName`.
   */
  send(call: { to?: Address; data?: Hex; value?: bigint }): Promise<TransactionReceipt>;
}

/** A running Weft node: both chains on one ledger. */
export interface WeftNode {
  readonly ledger: Ledger;
  readonly fastChain: FastChainHost;
  /** Verifies ownership proofs before they are submitted to the fast chain. */
  readonly loginProofs: LoginProofs;
  /** Verifies seals of which rooms want to know whether they hold. */
  readonly sealVerifier: Pick<SealVerifier, "verify">;
  readonly zkChain: ZkChain;
  readonly fastChainId: ChainId;
  readonly zkChainId: ChainId;
  readonly contracts: typeof contractAddresses;
  readonly rpc: RpcServer;
  /** Reads the ZK chain in process, without a connection. */
  readonly zkClient: PublicClient;
  readonly operator: Sender;
  /** The contracts' owner, where the node has the key: in development, or with `ownerKey`. */
  readonly owner: Sender | undefined;
  /** True with the development keys: faucets may run. */
  readonly development: boolean;
  readonly logger: Logger;
  /** Resolves, with the reason, when the node had to stop by itself: nothing more is acknowledged. */
  readonly failed: Promise<Error>;
  stop(): Promise<void>;
}
