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

/** ZKPoW that exists at the start: 10^9 with 18 decimals. */
const INITIAL_SUPPLY_WEI = 10n ** 27n;
/**
 * What the operator has of it, for gas: 1,000 ZKPoW, some million rounds at 1 gwei. All the rest is the
 * owner's, since what a server's key holds is lost with that key.
 */
export const OPERATOR_GAS_WEI = 10n ** 21n;
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
  readonly operator: Address;
  readonly owner: Address;
  readonly ownershipKey: Uint8Array;
  readonly timestampMs: TimestampMs;
};

/** What the ZK chain begins with: Weft's contracts, and ZKPoW for their owner and for the operator's gas. */
export function zkGenesisOf(options: GenesisOptions): ZkGenesis {
  const { zkChainId, operator, owner, timestampMs } = options;
  return {
    chainId: zkChainId,
    timestampMs,
    gasLimit: BLOCK_GAS_LIMIT,
    feeRecipient: PROVER_POOL,
    portal: lowerAddress(contractAddresses.portal),
    deployer: lowerAddress(deployerAddress),
    allocations:
      owner === operator
        ? [{ address: owner, balance: INITIAL_SUPPLY_WEI }]
        : [
            { address: owner, balance: INITIAL_SUPPLY_WEI - OPERATOR_GAS_WEI },
            { address: operator, balance: OPERATOR_GAS_WEI },
          ],
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
    gamePass: lowerAddress(contractAddresses.gamePass),
    ownershipKey: options.ownershipKey,
    timestampMs: options.timestampMs,
  };
}
