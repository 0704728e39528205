import { type Address, encodeDeployData, type Hex } from "viem";
import { type ContractName, contractAddresses } from "./deployments.ts";
import * as code from "./generated/creationCode.ts";
import { gameItemsAbi } from "./generated/gameItemsAbi.ts";
import { gamePassAbi } from "./generated/gamePassAbi.ts";
import { roundReportsAbi } from "./generated/roundReportsAbi.ts";

/** One contract that the ZK chain's genesis creates. */
export interface GenesisDeployment {
  readonly name: ContractName;
  /** Where it ends up, when `deployerAddress` creates it at its turn. */
  readonly address: Address;
  /** Creation code with the encoded constructor arguments: the data of a creating transaction. */
  readonly creationCode: Hex;
}

/**
 * The contracts of the ZK chain's genesis, in the order in which `deployerAddress` creates them, nonces
 * from 0. Their constructors have to run in the EVM.
 *
 * @param options.owner Mints passes and registers games.
 *
 * @example
 * for (const { address, creationCode } of genesisDeployments({ owner })) { … }
 */
export function genesisDeployments({ owner }: { owner: Address }): readonly GenesisDeployment[] {
  const { gameItems, roundReports } = contractAddresses;
  const creationCodes: Readonly<Record<ContractName, Hex>> = {
    gamePass: encodeDeployData({
      abi: gamePassAbi,
      bytecode: code.gamePassCreationCode,
      args: [owner],
    }),
    gameItems: encodeDeployData({
      abi: gameItemsAbi,
      bytecode: code.gameItemsCreationCode,
      args: [roundReports],
    }),
    roundReports: encodeDeployData({
      abi: roundReportsAbi,
      bytecode: code.roundReportsCreationCode,
      args: [owner, gameItems],
    }),
    market: code.marketCreationCode,
    portal: code.portalCreationCode,
  };
  return creationOrder.map((name) => ({
    name,
    address: contractAddresses[name],
    creationCode: creationCodes[name],
  }));
}

const creationOrder: readonly ContractName[] = [
  "gamePass",
  "gameItems",
  "roundReports",
  "market",
  "portal",
];
