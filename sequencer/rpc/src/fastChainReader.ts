import type { RoomRecord } from "@weft/fast-chain";
import type {
  Address,
  ChainId,
  ChainNumber,
  Hash,
  LedgerHeight,
  SignedTransaction,
} from "@weft/protocol";

/** A signed transaction that is in a block of the fast chain. Only those that succeed are ordered. */
export type FastInclusion = {
  readonly hash: Hash;
  readonly height: LedgerHeight;
  readonly blockHash: Hash;
  readonly number: ChainNumber;
  /** Among all transactions of the block. */
  readonly index: number;
  readonly raw: Uint8Array;
  readonly sender: Address;
};

/**
 * What this package needs of the fast chain; `FastChain` of @weft/fast-chain is one. Addresses are in
 * lower case.
 */
export interface FastChainReader {
  readonly chainId: ChainId;
  /** The program that withdraws and moves assets. */
  readonly portal: Address;
  /** Of the asset's smallest unit; zeros for ZKPoW. */
  balance(asset: Address, owner: Address): bigint;
  /** The nonce that the account's next transaction must have. */
  nonce(owner: Address): number;
  receipt(transactionHash: Hash): FastInclusion | undefined;
  /** Rooms that are open. */
  rooms(): readonly RoomRecord[];
  /** Deposits credited, and withdrawals made, so far. */
  readonly deposits: bigint;
  readonly withdrawals: bigint;
  /**
   * @returns when it is in a block; `durable` when that block is on disk
   * @throws CodedError when it is refused; nothing has changed then
   */
  submit(
    transaction: SignedTransaction,
  ): Promise<{ readonly hash: Hash; readonly durable: Promise<void> }>;
}
