import { contractAddresses, gamePassAbi, roundReportsAbi } from "@weft/contracts";
import { type Address, ZERO_ADDRESS } from "@weft/protocol";
import type { PublicClient } from "viem";
import type { PrivateKeyAccount } from "viem/accounts";
import { NodeError } from "./errors.ts";
import { lowerAddress } from "./genesis.ts";
import type { NodeSettings } from "./options.ts";
import type { Sender } from "./types.ts";

/**
 * Who is to own the contracts. A ledger that has begun says so itself, whatever is given.
 * @throws NodeError OPTION_INVALID when a ledger is to begin with nobody named
 */
export function genesisOwner(
  { owner, account }: Pick<NodeSettings, "owner" | "account">,
  hasBegun: boolean,
): Address {
  if (owner !== undefined) return owner;
  if (hasBegun) return ZERO_ADDRESS;
  const operator = lowerAddress(account.address);
  throw new NodeError(
    "OPTION_INVALID",
    "owner: a new ledger with an operatorKey needs an owner of the contracts, an address whose key no server " +
      `has. Give the operator's own, ${operator}, to let whoever steals its key mint without bounds`,
    { details: { option: "owner", operator } },
  );
}

export type OwnerOptions = {
  readonly settings: Pick<
    NodeSettings,
    "owner" | "ownerAccount" | "account" | "development" | "logger"
  >;
  readonly zkClient: PublicClient;
  readonly operator: Sender;
  readonly createSender: (account: PrivateKeyAccount) => Sender;
};

/**
 * The contracts' owner as the chain has it, where the node has that key. Says in the log what makes a stolen
 * server dearer than its games' caps.
 */
export async function findOwner(options: OwnerOptions): Promise<Sender | undefined> {
  const { settings, zkClient, operator, createSender } = options;
  const { owner, ownerAccount, development, logger } = settings;
  const owners = await readOwners(zkClient);
  const { gamePass, roundReports } = owners;
  if (!development && (gamePass === operator.address || roundReports === operator.address)) {
    logger.warn(
      "the operator owns the contracts: whoever steals its key mints without bounds",
      owners,
    );
  } else if (owner !== undefined && (gamePass !== owner || roundReports !== owner)) {
    logger.warn("the contracts have another owner than the options say", { owner, ...owners });
  }
  if (gamePass !== roundReports) return undefined;
  if (gamePass === operator.address) return operator;
  if (ownerAccount === undefined || gamePass !== owner) return undefined;
  if (!development) {
    logger.warn(
      "the node has the key of the contracts' owner: whoever takes it over has it too",
      owners,
    );
  }
  return createSender(ownerAccount);
}

async function readOwners(zkClient: PublicClient) {
  const [gamePass, roundReports] = await Promise.all([
    zkClient.readContract({
      address: contractAddresses.gamePass,
      abi: gamePassAbi,
      functionName: "owner",
    }),
    zkClient.readContract({
      address: contractAddresses.roundReports,
      abi: roundReportsAbi,
      functionName: "owner",
    }),
  ]);
  return { gamePass: lowerAddress(gamePass), roundReports: lowerAddress(roundReports) };
}
