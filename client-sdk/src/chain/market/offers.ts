import { contractAddresses, marketAbi } from "@weft/contracts";
import { type Address, assert, ZERO_ADDRESS } from "@weft/protocol";
import { isAddressEqual, type PublicClient, parseEventLogs } from "viem";
import { DEFAULT_OFFER_MS } from "../../limits.ts";
import type { PollOptions } from "../pollUntil.ts";
import type { Transactor } from "../transactor.ts";
import { allowPayment, allowToken } from "./approvals.ts";
import { callMarket, type MarketReceipt } from "./marketContract.ts";
import { ANY_TOKEN } from "./readOffers.ts";

const { market, gameItems } = contractAddresses;

export type MakeOfferRequest = PollOptions & {
  /** In the currency's smallest unit, above zero. ZKPoW is taken at once, an ERC-20 on acceptance. */
  readonly amount: bigint;
  /** Default: ZKPoW. */
  readonly currency?: Address;
  /** Default: any token of the collection. */
  readonly tokenId?: bigint | undefined;
  /** Any ERC-721. Default: GameItems, the prizes. */
  readonly collection?: Address;
  /** Default a week, at most 365 days. */
  readonly expiresInMs?: number;
};

/** An `Offer` with a `tokenId` is one: what is paid is what it says, or nothing is sold. */
export type AcceptOfferRequest = PollOptions & {
  readonly offerId: bigint;
  /** The token to give. */
  readonly tokenId: bigint;
  /** What the seller saw, in the currency's smallest unit. */
  readonly amount: bigint;
  /** Default: ZKPoW. */
  readonly currency?: Address;
  /** Default: GameItems. */
  readonly collection?: Address;
};

/** Offers to buy; approves the market for an ERC-20 first if need be. */
export async function makeOffer(
  zk: PublicClient,
  transactor: Transactor,
  request: MakeOfferRequest,
): Promise<MarketReceipt & { readonly offerId: bigint }> {
  const { amount, currency = ZERO_ADDRESS, tokenId = ANY_TOKEN, ...rest } = request;
  const { collection = gameItems, expiresInMs = DEFAULT_OFFER_MS, ...options } = rest;
  const isNative = isAddressEqual(currency, ZERO_ADDRESS);
  if (!isNative) await allowPayment(zk, transactor, { currency, amount }, options);
  const expiresAt = BigInt(Math.floor((Date.now() + expiresInMs) / 1000));
  const { logs, transactionHash } = await callMarket(
    transactor,
    {
      functionName: "makeOffer",
      args: [collection, tokenId, currency, amount, expiresAt],
      value: isNative ? amount : 0n,
    },
    options,
  );
  const [event] = parseEventLogs({ abi: marketAbi, eventName: "OfferMade", logs });
  assert(event !== undefined, "the market takes no offer without an event");
  return { offerId: event.args.offerId, transactionHash };
}

/** Sells a token to a bidder, for what the seller saw; approves the market for the token first if need be. */
export async function acceptOffer(
  zk: PublicClient,
  transactor: Transactor,
  request: AcceptOfferRequest,
): Promise<MarketReceipt> {
  const { offerId, tokenId, amount, currency = ZERO_ADDRESS, ...rest } = request;
  const { collection = gameItems, ...options } = rest;
  const seen = { offerId, tokenId, amount, currency, collection };
  // For one that isn't as it was seen nothing is approved: the market then says what is wrong.
  if (await isOffered(zk, seen)) await allowToken(zk, transactor, { collection, tokenId }, options);
  const args = [offerId, collection, tokenId, currency, amount];
  const { transactionHash } = await callMarket(
    transactor,
    { functionName: "acceptOffer", args },
    options,
  );
  return { transactionHash };
}

export async function cancelOffer(
  transactor: Transactor,
  { offerId, ...options }: PollOptions & { readonly offerId: bigint },
): Promise<MarketReceipt> {
  const call = { functionName: "cancelOffer", args: [offerId] };
  const { transactionHash } = await callMarket(transactor, call, options);
  return { transactionHash };
}

async function isOffered(
  zk: PublicClient,
  seen: Required<Omit<AcceptOfferRequest, keyof PollOptions>>,
): Promise<boolean> {
  const read = { address: market, abi: marketAbi, functionName: "offer" } as const;
  const offer = await zk.readContract({ ...read, args: [seen.offerId] });
  return (
    offer.amount === seen.amount &&
    isAddressEqual(offer.currency, seen.currency) &&
    isAddressEqual(offer.collection, seen.collection) &&
    (offer.tokenId === seen.tokenId || offer.tokenId === ANY_TOKEN)
  );
}
