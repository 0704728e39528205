import { createBlock, type Block as EvmBlock } from "@ethereumjs/block";
import type { Common } from "@ethereumjs/common";
import { createAddressFromString, hexToBytes as ethereumHexToBytes } from "@ethereumjs/util";
import {
  type ChainNumber,
  chainNumber,
  type Hash,
  hexToBytes,
  keccak256,
  type TimestampMs,
  ZERO_HASH,
  type ZkGenesis,
} from "@weft/protocol";
import { INITIAL_BASE_FEE } from "../limits.ts";
import type { BlockInfo } from "../types.ts";
import { nextBaseFee } from "./baseFee.ts";

/** What the EVM sees of the block around a transaction. A function of the genesis and the parent. */
export type Environment = {
  readonly number: ChainNumber;
  readonly parentHash: Hash;
  readonly timestampMs: TimestampMs;
  readonly gasLimit: bigint;
  readonly baseFeePerGas: bigint;
  readonly feeRecipient: `0x${string}`;
  readonly prevRandao: Hash;
};

export function genesisEnvironment(genesis: ZkGenesis): Environment {
  return {
    number: chainNumber(0),
    parentHash: ZERO_HASH,
    timestampMs: genesis.timestampMs,
    gasLimit: genesis.gasLimit,
    baseFeePerGas: INITIAL_BASE_FEE,
    feeRecipient: genesis.feeRecipient,
    prevRandao: prevRandaoAfter(ZERO_HASH),
  };
}

export function nextEnvironment(
  genesis: ZkGenesis,
  parent: BlockInfo,
  timestampMs: TimestampMs,
): Environment {
  return {
    number: chainNumber(parent.number + 1),
    parentHash: parent.hash,
    timestampMs,
    gasLimit: genesis.gasLimit,
    baseFeePerGas: nextBaseFee(parent),
    feeRecipient: genesis.feeRecipient,
    prevRandao: prevRandaoAfter(parent.hash),
  };
}

/** Known to whoever orders blocks before anyone else: good enough to vary, not to gamble. */
function prevRandaoAfter(parentHash: Hash): Hash {
  return keccak256(hexToBytes(parentHash));
}

/** The EVM's clock, in whole seconds. */
export function evmTimestamp(timestampMs: TimestampMs): bigint {
  return BigInt(Math.floor(timestampMs / 1000));
}

/** As EthereumJS wants it. Its own hash means nothing here: BLOCKHASH gives the ledger's. */
export function createEvmBlock(environment: Environment, common: Common): EvmBlock {
  const header = {
    number: BigInt(environment.number),
    timestamp: evmTimestamp(environment.timestampMs),
    coinbase: createAddressFromString(environment.feeRecipient),
    gasLimit: environment.gasLimit,
    baseFeePerGas: environment.baseFeePerGas,
    mixHash: ethereumHexToBytes(environment.prevRandao),
  };
  return createBlock({ header }, { common, skipConsensusFormatValidation: true });
}
