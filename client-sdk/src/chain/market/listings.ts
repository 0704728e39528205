import { contractAddresses, marketAbi } from "@weft/contracts";
import { type Address, assert, ZERO_ADDRESS } from "@weft/protocol";
import { isAddressEqual, type PublicClient, parseEventLogs } from "viem";
import type { PollOptions } from "../pollUntil.ts";
import { readLogs } from "../readLogs.ts";
import type { Transactor } from "../transactor.ts";
import { allowPayment, allowToken } from "./approvals.ts";
import { callMarket, lower, type MarketReceipt } from "./marketContract.ts";

const { market, gameItems } = contractAddresses;

/** What something costs. */
export type Price = {
  /** An ERC-20 of the ZK chain. The zero address: ZKPoW. */
  readonly currency: Address;
  /** In the currency's smallest unit: wei for ZKPoW. */
  readonly price: bigint;
};

/** A token that can be bought. */
export type Listing = Price & {
  readonly listingId: bigint;
  readonly seller: Address;
  readonly collection: Address;
  readonly tokenId: bigint;
};

export type ListRequest = PollOptions & {
  readonly tokenId: bigint;
  /** In the currency's smallest unit, above zero. */
  readonly price: bigint;
  /** An ERC-20 to be paid in; one that takes a fee of its transfers can't be used. Default: ZKPoW. */
  readonly currency?: Address;
  /** Any ERC-721. Default: GameItems, the prizes. */
  readonly collection?: Address;
};

/** A `Listing` is one: what is paid is what it says, or nothing is bought. */
export type BuyRequest = PollOptions & {
  readonly listingId: bigint;
  /** The price that the buyer saw. */
  readonly price: bigint;
  /** The currency that the buyer saw. Default: ZKPoW. */
  readonly currency?: Address;
};

/** What is on the market, oldest first. */
export async function readListings(zk: PublicClient): Promise<readonly Listing[]> {
  const query = <const Name extends "Listed" | "ListedFor" | "Sold" | "SoldFor" | "Cancelled">(
    eventName: Name,
  ) => readLogs(zk, { address: market, abi: marketAbi, eventName });
  const [inNative, inTokens, ...closings] = await Promise.all([
    query("Listed"),
    query("ListedFor"),
    query("Sold"),
    query("SoldFor"),
    query("Cancelled"),
  ]);
  const closed = new Set(closings.flat().map(({ args }) => args.listingId));
  return [
    ...inNative.map(({ args: { priceWei: price, ...args } }) => ({
      ...args,
      price,
      currency: ZERO_ADDRESS,
    })),
    ...inTokens.map(({ args }) => args),
  ]
    .filter(({ listingId }) => !closed.has(listingId))
    .map(lowered)
    .sort((a, b) => (a.listingId < b.listingId ? -1 : 1));
}

/** Puts a token up for sale; approves the market for it first if need be. */
export async function listToken(
  zk: PublicClient,
  transactor: Transactor,
  { tokenId, price, currency = ZERO_ADDRESS, collection = gameItems, ...options }: ListRequest,
): Promise<MarketReceipt & { readonly listingId: bigint }> {
  await allowToken(zk, transactor, { collection, tokenId }, options);
  const isNative = isAddressEqual(currency, ZERO_ADDRESS);
  const call = isNative
    ? { functionName: "list", args: [collection, tokenId, price] }
    : { functionName: "listFor", args: [collection, tokenId, currency, price] };
  const { logs, transactionHash } = await callMarket(transactor, call, options);
  const eventName = ["Listed" as const, "ListedFor" as const];
  const [event] = parseEventLogs({ abi: marketAbi, eventName, logs });
  assert(event !== undefined, "the market lists nothing without an event");
  return { listingId: event.args.listingId, transactionHash };
}

/** Buys at the price and in the currency that the buyer saw; approves the market for an ERC-20 first if need be. */
export async function buyListing(
  zk: PublicClient,
  transactor: Transactor,
  { listingId, price, currency = ZERO_ADDRESS, ...options }: BuyRequest,
): Promise<MarketReceipt> {
  const isNative = isAddressEqual(currency, ZERO_ADDRESS);
  // For one that isn't as it was seen nothing is approved: the market then says what is wrong.
  if (!isNative && (await isListedFor(zk, listingId, { currency, price }))) {
    await allowPayment(zk, transactor, { currency, amount: price }, options);
  }
  const call = isNative
    ? { functionName: "buy", args: [listingId, price], value: price }
    : { functionName: "buyWith", args: [listingId, currency, price] };
  const { transactionHash } = await callMarket(transactor, call, options);
  return { transactionHash };
}

export async function cancelListing(
  transactor: Transactor,
  { listingId, ...options }: PollOptions & { readonly listingId: bigint },
): Promise<MarketReceipt> {
  const call = { functionName: "cancel", args: [listingId] };
  const { transactionHash } = await callMarket(transactor, call, options);
  return { transactionHash };
}

/** Payments in ZKPoW that the account didn't take when its tokens were sold. @returns wei */
export function readProceeds(zk: PublicClient, seller: Address): Promise<bigint> {
  const read = { address: market, abi: marketAbi, functionName: "proceedsOf" } as const;
  return zk.readContract({ ...read, args: [seller] });
}

export async function withdrawProceeds(
  transactor: Transactor,
  options: PollOptions = {},
): Promise<MarketReceipt> {
  const call = { functionName: "withdrawProceeds", args: [] };
  const { transactionHash } = await callMarket(transactor, call, options);
  return { transactionHash };
}

async function isListedFor(zk: PublicClient, listingId: bigint, seen: Price): Promise<boolean> {
  const read = { address: market, abi: marketAbi, functionName: "listing" } as const;
  const { price, currency } = await zk.readContract({ ...read, args: [listingId] });
  return price === seen.price && isAddressEqual(currency, seen.currency);
}

function lowered({ listingId, seller, collection, tokenId, currency, price }: Listing): Listing {
  return {
    listingId,
    seller: lower(seller),
    collection: lower(collection),
    tokenId,
    currency: lower(currency),
    price,
  };
}
