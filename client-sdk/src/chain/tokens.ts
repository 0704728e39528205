import { contractAddresses, gameItemsAbi, gamePassAbi } from "@weft/contracts";
import type { Address, Hash } from "@weft/protocol";
import { hexToString, type PublicClient } from "viem";
import type { Identity } from "../identity/identity.ts";
import type { PollOptions } from "./pollUntil.ts";
import { readLogs } from "./readLogs.ts";
import type { Transactor } from "./transactor.ts";

/** A prize that somebody owns: a token of GameItems. */
export type Item = {
  readonly tokenId: bigint;
  /** The game's name for it. */
  readonly item: string;
  /** The round that it was won in. */
  readonly roundId: Hash;
};

/** The passes of an owner, by token id. */
export function readPasses(zk: PublicClient, owner: Address): Promise<readonly bigint[]> {
  return ownedTokens(zk, contractAddresses.gamePass, owner);
}

/** The prizes of an owner, by token id. What is listed on the market is in escrow, and not among them. */
export async function readItems(zk: PublicClient, owner: Address): Promise<readonly Item[]> {
  const address = contractAddresses.gameItems;
  const tokenIds = await ownedTokens(zk, address, owner);
  return Promise.all(
    tokenIds.map(async (tokenId) => {
      const read = { address, abi: gameItemsAbi, args: [tokenId] } as const;
      const [item, roundId] = await Promise.all([
        zk.readContract({ ...read, functionName: "itemOf" }),
        zk.readContract({ ...read, functionName: "roundOf" }),
      ]);
      return { tokenId, item: itemName(item), roundId };
    }),
  );
}

/** Items are text in a bytes32, zeros behind it. */
function itemName(item: Hash): string {
  return hexToString(item, { size: 32 });
}

export type BindRequest = PollOptions & {
  /** The pass's token id. */
  readonly pass: bigint;
  /** Only its commitment is told, and that to everybody. */
  readonly identity: Pick<Identity, "commitment">;
};

/** Binds an identity to a pass, in place of the one it had. */
export async function bindPass(
  transactor: Transactor,
  { pass, identity, ...options }: BindRequest,
): Promise<{ readonly transactionHash: Hash }> {
  const call = { to: contractAddresses.gamePass, abi: gamePassAbi, functionName: "bind" };
  const args = [pass, identity.commitment];
  const { transactionHash } = await transactor.callZk({ ...call, args }, options);
  return { transactionHash };
}

/** Whoever a token was sent to last owns it; ERC-721 has no list of an owner's tokens. */
async function ownedTokens(zk: PublicClient, address: Address, owner: Address) {
  const transfers = { address, abi: gamePassAbi, eventName: "Transfer" } as const;
  const [received, sent] = await Promise.all([
    readLogs(zk, { ...transfers, args: { to: owner } }),
    readLogs(zk, { ...transfers, args: { from: owner } }),
  ]);
  const moves = [...received, ...sent].sort(
    (a, b) => Number(a.blockNumber - b.blockNumber) || a.logIndex - b.logIndex,
  );
  const owned = new Set<bigint>();
  for (const { args } of moves) {
    if (args.to.toLowerCase() === owner) owned.add(args.tokenId);
    else owned.delete(args.tokenId);
  }
  return [...owned].sort((a, b) => (a < b ? -1 : 1));
}
