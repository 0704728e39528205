import { contractAddresses, gameItemsAbi } from "@weft/contracts";
import type { Address } from "@weft/protocol";
import { erc20Abi, erc721Abi, isAddressEqual, type PublicClient } from "viem";
import type { PollOptions } from "../pollUntil.ts";
import type { Transactor } from "../transactor.ts";
import { erc20ErrorsAbi } from "./marketContract.ts";
import { readOffers } from "./readOffers.ts";

const { market } = contractAddresses;

/** Lets the market take a token from its owner, unless it may already. */
export async function allowToken(
  zk: PublicClient,
  transactor: Transactor,
  { collection, tokenId }: { readonly collection: Address; readonly tokenId: bigint },
  options: PollOptions,
): Promise<void> {
  const read = { address: collection, abi: erc721Abi } as const;
  const operator = [transactor.address, market] as const;
  const [approved, forAll] = await Promise.all([
    zk.readContract({ ...read, functionName: "getApproved", args: [tokenId] }),
    zk.readContract({ ...read, functionName: "isApprovedForAll", args: operator }),
  ]);
  if (forAll || isAddressEqual(approved, market)) return;
  const approve = { to: collection, abi: gameItemsAbi, functionName: "approve" };
  await transactor.callZk({ ...approve, args: [market, tokenId] }, options);
}

/**
 * Lets the market take an amount of an ERC-20, besides what the account's standing offers promise: or
 * a purchase would use up what they are paid from. Nothing is sent when it may already.
 */
export async function allowPayment(
  zk: PublicClient,
  transactor: Transactor,
  { currency, amount }: { readonly currency: Address; readonly amount: bigint },
  options: PollOptions,
): Promise<void> {
  const owner = transactor.address;
  const read = { address: currency, abi: erc20Abi } as const;
  const [allowed, offers] = await Promise.all([
    zk.readContract({ ...read, functionName: "allowance", args: [owner, market] }),
    readOffers(zk, { bidder: owner }),
  ]);
  const nowMs = Date.now();
  const promised = offers
    .filter((offer) => isAddressEqual(offer.currency, currency) && offer.expiresAtMs > nowMs)
    .reduce((sum, offer) => sum + offer.amount, 0n);
  const needed = promised + amount;
  if (allowed >= needed) return;
  const approve = { to: currency, abi: [...erc20Abi, ...erc20ErrorsAbi], functionName: "approve" };
  await transactor.callZk({ ...approve, args: [market, needed] }, options);
}
