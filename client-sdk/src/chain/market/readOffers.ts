import { contractAddresses, marketAbi } from "@weft/contracts";
import type { Address } from "@weft/protocol";
import type { PublicClient } from "viem";
import { readLogs } from "../readLogs.ts";
import { lower } from "./marketContract.ts";

const { market } = contractAddresses;

/** What stands for any token of a collection, in the contract. */
export const ANY_TOKEN = 2n ** 256n - 1n;

/** Somebody wants a token, or any of a collection. */
export type Offer = {
  readonly offerId: bigint;
  readonly bidder: Address;
  readonly collection: Address;
  /** `undefined`: any of the collection; who accepts chooses which. */
  readonly tokenId: bigint | undefined;
  /** An ERC-20. The zero address: ZKPoW. */
  readonly currency: Address;
  /** In the currency's smallest unit. */
  readonly amount: bigint;
  /** The last moment in which it can be accepted. Then its bidder can still cancel it and get ZKPoW back. */
  readonly expiresAtMs: number;
};

/** Offers that were neither accepted nor cancelled, expired ones too, oldest first. */
export async function readOffers(
  zk: PublicClient,
  { bidder }: { readonly bidder?: Address } = {},
): Promise<readonly Offer[]> {
  const from = { address: market, abi: marketAbi } as const;
  const byBidder = bidder === undefined ? {} : { args: { bidder } };
  const [made, accepted, cancelled] = await Promise.all([
    readLogs(zk, { ...from, eventName: "OfferMade", ...byBidder }),
    readLogs(zk, { ...from, eventName: "OfferAccepted", ...byBidder }),
    readLogs(zk, { ...from, eventName: "OfferCancelled" }),
  ]);
  const closed = new Set([...accepted, ...cancelled].map(({ args }) => args.offerId));
  return made
    .filter(({ args }) => !closed.has(args.offerId))
    .map(({ args }) => ({
      offerId: args.offerId,
      bidder: lower(args.bidder),
      collection: lower(args.collection),
      tokenId: args.tokenId === ANY_TOKEN ? undefined : args.tokenId,
      currency: lower(args.currency),
      amount: args.amount,
      expiresAtMs: Number(args.expiresAt) * 1000,
    }));
}
