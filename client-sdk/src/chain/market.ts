import { contractAddresses, gameItemsAbi, marketAbi } from "@weft/contracts";
import { type Address, assert, type Hash } from "@weft/protocol";
import { erc721Abi, isAddressEqual, type PublicClient, parseEventLogs } from "viem";
import type { PollOptions } from "./pollUntil.ts";
import { readLogs } from "./readLogs.ts";
import type { Transactor } from "./transactor.ts";

const { market, gameItems } = contractAddresses;

/** A token that can be bought. */
export type Listing = {
  readonly listingId: bigint;
  readonly seller: Address;
  readonly collection: Address;
  readonly tokenId: bigint;
  readonly priceWei: bigint;
};

/** A market transaction that is in a block. */
export type MarketReceipt = { readonly transactionHash: Hash };

export type ListRequest = PollOptions & {
  readonly tokenId: bigint;
  readonly priceWei: bigint;
  /** Any ERC-721. Default: GameItems, the prizes. */
  readonly collection?: Address;
};

export type BuyRequest = PollOptions & {
  readonly listingId: bigint;
  /** The price that the buyer saw: it is paid, or nothing is bought. */
  readonly expectedPriceWei: bigint;
};

/** What is on the market, oldest first. */
export async function readListings(zk: PublicClient): Promise<readonly Listing[]> {
  const query = <const Name extends "Listed" | "Sold" | "Cancelled">(eventName: Name) =>
    readLogs(zk, { address: market, abi: marketAbi, eventName });
  const [listed, sold, cancelled] = await Promise.all([
    query("Listed"),
    query("Sold"),
    query("Cancelled"),
  ]);
  const closed = new Set([...sold, ...cancelled].map(({ args }) => args.listingId));
  return listed.filter(({ args }) => !closed.has(args.listingId)).map(({ args }) => lowered(args));
}

/** Puts a token up for sale; approves the market for it first if need be. */
export async function listToken(
  zk: PublicClient,
  transactor: Transactor,
  { tokenId, priceWei, collection = gameItems, ...options }: ListRequest,
): Promise<MarketReceipt & { readonly listingId: bigint }> {
  if (!(await isApproved(zk, transactor.address, collection, tokenId))) {
    const approve = { to: collection, abi: gameItemsAbi, functionName: "approve" };
    await transactor.callZk({ ...approve, args: [market, tokenId] }, options);
  }
  const list = { to: market, abi: marketAbi, functionName: "list" };
  const receipt = await transactor.callZk(
    { ...list, args: [collection, tokenId, priceWei] },
    options,
  );
  const [event] = parseEventLogs({ abi: marketAbi, eventName: "Listed", logs: receipt.logs });
  assert(event !== undefined, "the market lists nothing without an event");
  return { listingId: event.args.listingId, transactionHash: receipt.transactionHash };
}

export async function buyListing(
  transactor: Transactor,
  { listingId, expectedPriceWei, ...options }: BuyRequest,
): Promise<MarketReceipt> {
  const buy = { to: market, abi: marketAbi, functionName: "buy", value: expectedPriceWei };
  const args = [listingId, expectedPriceWei];
  const { transactionHash } = await transactor.callZk({ ...buy, args }, options);
  return { transactionHash };
}

export async function cancelListing(
  transactor: Transactor,
  { listingId, ...options }: PollOptions & { readonly listingId: bigint },
): Promise<MarketReceipt> {
  const cancel = { to: market, abi: marketAbi, functionName: "cancel", args: [listingId] };
  const { transactionHash } = await transactor.callZk(cancel, options);
  return { transactionHash };
}

async function isApproved(zk: PublicClient, owner: Address, address: Address, tokenId: bigint) {
  const read = { address, abi: erc721Abi } as const;
  const [approved, forAll] = await Promise.all([
    zk.readContract({ ...read, functionName: "getApproved", args: [tokenId] }),
    zk.readContract({ ...read, functionName: "isApprovedForAll", args: [owner, market] }),
  ]);
  return forAll || isAddressEqual(approved, market);
}

function lowered({ listingId, seller, collection, tokenId, priceWei }: Listing): Listing {
  return {
    listingId,
    seller: seller.toLowerCase() as Address,
    collection: collection.toLowerCase() as Address,
    tokenId,
    priceWei,
  };
}
