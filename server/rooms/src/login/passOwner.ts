import { gamePassAbi } from "@weft/contracts";
import { type Address, chainNumber } from "@weft/protocol";
import { BaseError, ContractFunctionRevertedError, type PublicClient } from "viem";
import { RoomsError } from "../errors.ts";
import type { PassOwner } from "./walletLogin.ts";

/**
 * Asks the ZK chain who owns a pass, at its newest block.
 * @throws RoomsError ZK_CHAIN_UNAVAILABLE when it doesn't answer.
 */
export async function readPassOwner(
  client: PublicClient,
  gamePass: Address,
  pass: bigint,
): Promise<PassOwner> {
  try {
    const blockNumber = await client.getBlockNumber({ cacheTime: 0 });
    const zkNumber = chainNumber(Number(blockNumber));
    const owner = await ownerAt(client, gamePass, pass, blockNumber);
    return { owner: owner?.toLowerCase(), zkNumber };
  } catch (cause) {
    throw new RoomsError("ZK_CHAIN_UNAVAILABLE", "the pass's owner can't be read, try again", {
      cause,
      details: { pass },
    });
  }
}

async function ownerAt(
  client: PublicClient,
  address: Address,
  pass: bigint,
  blockNumber: bigint,
): Promise<string | undefined> {
  try {
    return await client.readContract({
      address,
      abi: gamePassAbi,
      functionName: "ownerOf",
      args: [pass],
      blockNumber,
    });
  } catch (error) {
    const reverted =
      error instanceof BaseError &&
      error.walk((cause) => cause instanceof ContractFunctionRevertedError);
    const name = reverted instanceof ContractFunctionRevertedError && reverted.data?.errorName;
    if (name === "ERC721NonexistentToken") return undefined;
    throw error;
  }
}
