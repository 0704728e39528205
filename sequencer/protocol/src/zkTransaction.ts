import type { ChainId, LedgerHeight, TimestampMs } from "./brand.ts";
import type { Address } from "./bytes.ts";
import {
  address,
  bigUint,
  bytes,
  type Codec,
  type CodecType,
  list,
  record,
  uint,
  variant,
} from "./codec.ts";
import { decodeEnvelope, encodeEnvelope, type SignedTransaction } from "./envelope.ts";

/** EIP-2718 type of the ZK chain's system transactions ("Z"). */
const ZK_TYPE = 0x5a;

/** Calls contracts on behalf of the ledger itself. Nobody has its key. */
export const SYSTEM_ADDRESS: Address = "0xfffffffffffffffffffffffffffffffffffffffe";

/** First transaction of every ZK block but the genesis: fixes what its execution depends on. */
export type BeginBlock = {
  /** The EVM's clock, in ms; at most the header's timestamp, which is set when the block is ordered. */
  readonly timestampMs: TimestampMs;
};

/** Value that left the fast chain, paid out by the portal in a call from the system address. */
export type Release = {
  /** The fast chain's count of withdrawals, from 0, without gaps. */
  readonly nonce: bigint;
  readonly asset: Address;
  readonly recipient: Address;
  readonly amount: bigint;
  /** The fast block that holds the withdrawal. */
  readonly fromHeight: LedgerHeight;
};

export type Allocation = { readonly address: Address; readonly balance: bigint };
/** A contract created by `deployer` with its next nonce; the address follows from both. */
export type GenesisContract = { readonly address: Address; readonly creationCode: Uint8Array };

/** The only transaction of the ZK chain's first block. */
export type ZkGenesis = {
  readonly chainId: ChainId;
  readonly timestampMs: TimestampMs;
  readonly gasLimit: bigint;
  /** Receives the fees. */
  readonly feeRecipient: Address;
  readonly portal: Address;
  readonly deployer: Address;
  readonly allocations: readonly Allocation[];
  readonly contracts: readonly GenesisContract[];
};

const MAX_GENESIS_ENTRIES = 1024;
const MAX_CREATION_CODE_BYTES = 64 * 1024;

const zkCodec = variant({
  genesis: {
    tag: 0,
    codec: record<ZkGenesis>({
      chainId: uint(),
      timestampMs: uint(),
      gasLimit: bigUint(64),
      feeRecipient: address,
      portal: address,
      deployer: address,
      allocations: list(
        record<Allocation>({ address, balance: bigUint(256) }) as Codec<Allocation>,
        MAX_GENESIS_ENTRIES,
      ),
      contracts: list(
        record<GenesisContract>({ address, creationCode: bytes(MAX_CREATION_CODE_BYTES) }),
        MAX_GENESIS_ENTRIES,
      ),
    }),
  },
  begin: { tag: 1, codec: record<BeginBlock>({ timestampMs: uint() }) },
  release: {
    tag: 2,
    codec: record<Release>({
      nonce: bigUint(64),
      asset: address,
      recipient: address,
      amount: bigUint(256),
      fromHeight: uint(),
    }),
  },
});

/** A transaction of the ZK chain: the ledger's own, or a signed Ethereum transaction. */
export type ZkTransaction = CodecType<typeof zkCodec> | SignedTransaction;

export function encodeZkTransaction(transaction: ZkTransaction): Uint8Array {
  return encodeEnvelope(ZK_TYPE, zkCodec, transaction);
}

/** @throws ProtocolError for anything that isn't one. Signed transactions are not looked into. */
export function decodeZkTransaction(encoded: Uint8Array): ZkTransaction {
  return decodeEnvelope(ZK_TYPE, zkCodec, encoded);
}
