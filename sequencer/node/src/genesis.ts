import { contractAddresses, deployerAddress } from "@weft/contracts";
import { genesisDeployments } from "@weft/contracts/bytecode";
import {
  type Address,
  bytesToHex,
  type ChainId,
  type FastGenesis,
  hexToBytes,
  type TimestampMs,
  utf8ToBytes,
  type ZkGenesis,
} from "@weft/protocol";

/** ZKPoW that exists at the start, all of it the operator's: 10^9 with 18 decimals. */
const INITIAL_SUPPLY_WEI = 10n ** 27n;
/** Gas of one ZK block, without releases. */
const BLOCK_GAS_LIMIT = 30_000_000n;

/** Lower case, as addresses are inside. */
export const lowerAddress = (address: string): Address => bytesToHex(hexToBytes(address));

/** Receives the fees until there are provers to pay them to. "Weft prover pool" in ASCII; no key. */
const PROVER_POOL: Address = bytesToHex(
  Uint8Array.of(...utf8ToBytes("Weft prover pool"), 0, 0, 0, 0),
);

export type GenesisOptions = {
  readonly zkChainId: ChainId;
  readonly fastChainId: ChainId;
  readonly owner: Address;
  readonly timestampMs: TimestampMs;
};

/** What the ZK chain begins with: the operator's tokens and Weft's contracts. */
export function zkGenesisOf({ zkChainId, owner, timestampMs }: GenesisOptions): ZkGenesis {
  return {
    chainId: zkChainId,
    timestampMs,
    gasLimit: BLOCK_GAS_LIMIT,
    feeRecipient: PROVER_POOL,
    portal: lowerAddress(contractAddresses.portal),
    deployer: lowerAddress(deployerAddress),
    allocations: [{ address: owner, balance: INITIAL_SUPPLY_WEI }],
    contracts: genesisDeployments({ owner }).map(({ address, creationCode }) => ({
      address: lowerAddress(address),
      creationCode: hexToBytes(creationCode),
    })),
  };
}

export function fastGenesisOf(options: GenesisOptions): FastGenesis {
  return {
    chainId: options.fastChainId,
    zkChainId: options.zkChainId,
    portal: lowerAddress(contractAddresses.portal),
    timestampMs: options.timestampMs,
  };
}
