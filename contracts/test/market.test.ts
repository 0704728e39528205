import { type Address, encodeFunctionData, parseEventLogs, zeroAddress } from "viem";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { marketAbi, nativeAsset } from "../index.ts";
import { expectRevert } from "./support/expectRevert.ts";
import { day, marketActions } from "./support/marketActions.ts";
import { accounts, type Helper } from "./support/startTestChain.ts";
import { useTestChain } from "./support/useTestChain.ts";

const { alice, bob } = accounts;
const tokenId = 5n;
const priceWei = 1_000n;

const running = useTestChain();
let market: ReturnType<typeof marketActions>;
let collection: Helper;
beforeAll(() => {
  market = marketActions(running());
});
beforeEach(async () => {
  collection = await running().deploy("TestCollection");
  await running().tell(collection, "mint", [alice, tokenId]);
});

function approve() {
  return running().tell(collection, "setApprovalForAll", [market.address, true], alice);
}

async function list() {
  await approve();
  const listing = [collection.address, tokenId, priceWei] as const;
  return running().mined(market.write.list(listing, { account: alice }));
}

function buy(listingId = 1n) {
  const options = { account: bob, value: priceWei };
  return running().mined(market.write.buy([listingId, priceWei], options));
}

function simulateList(price: bigint, account: Address = alice) {
  return market.simulate.list([collection.address, tokenId, price], { account });
}

describe("list", () => {
  test("takes the token into escrow, at its price", async () => {
    const { logs } = await list();
    const [event] = parseEventLogs({ abi: marketAbi, logs, eventName: "Listed" });
    const listed = { seller: alice, collection: collection.address, tokenId, priceWei };
    expect(event?.args).toEqual({ listingId: 1n, ...listed });
    expect(await market.read.listing([1n])).toEqual({
      seller: alice,
      collection: collection.address,
      tokenId,
      price: priceWei,
      currency: nativeAsset,
    });
    expect(await market.ownerOf(collection, tokenId)).toBe(market.address);
  });

  test("is for a price: ZeroPrice", async () => {
    await expectRevert(simulateList(0n), "ZeroPrice");
  });

  test("is the owner's: NotTokenOwner", async () => {
    const call = simulateList(priceWei, bob);
    await expectRevert(call, "NotTokenOwner", [collection.address, tokenId, bob]);
  });

  test("needs an approval, of the token or of all: MarketNotApproved", async () => {
    const args = [collection.address, tokenId];
    await expectRevert(simulateList(priceWei), "MarketNotApproved", args);
    await running().tell(collection, "approve", [market.address, tokenId], alice);
    await simulateList(priceWei);
  });

  test("needs the token to arrive: EscrowFailed", async () => {
    await approve();
    await running().tell(collection, "setKeepsTokens", [true]);
    const call = simulateList(priceWei);
    await expectRevert(call, "EscrowFailed", [collection.address, tokenId]);
  });
});

describe("buy", () => {
  test("moves the token to the buyer and the price to the seller", async () => {
    await list();
    const { client } = running();
    const before = await client.getBalance({ address: alice });
    const { logs } = await buy();
    expect(await market.ownerOf(collection, tokenId)).toBe(bob);
    expect(await client.getBalance({ address: alice })).toBe(before + priceWei);
    const [event] = parseEventLogs({ abi: marketAbi, logs, eventName: "Sold" });
    const sold = { seller: alice, buyer: bob, collection: collection.address, tokenId, priceWei };
    expect(event?.args).toEqual({ listingId: 1n, ...sold });
    expect((await market.read.listing([1n])).seller).toBe(zeroAddress);
  });

  test("happens once: ListingNotOpen", async () => {
    await list();
    await buy();
    const again = market.simulate.buy([1n, priceWei], { account: bob, value: priceWei });
    await expectRevert(again, "ListingNotOpen", [1n]);
  });

  test("is at the price that the buyer saw: PriceMismatch", async () => {
    await list();
    const call = market.simulate.buy([1n, 999n], { account: bob, value: 999n });
    await expectRevert(call, "PriceMismatch", [priceWei, 999n]);
  });

  test.each([priceWei - 1n, priceWei + 1n])("is paid exactly: WrongPayment %s", async (value) => {
    await list();
    const call = market.simulate.buy([1n, priceWei], { account: bob, value });
    await expectRevert(call, "WrongPayment", [priceWei, value]);
  });
});

describe("a buyer who is overtaken", () => {
  test("does not buy what is listed again under a new id: ListingNotOpen", async () => {
    await list();
    await running().mined(market.write.cancel([1n], { account: alice }));
    await running().mined(
      market.write.list([collection.address, tokenId, priceWei], { account: alice }),
    );
    const call = market.simulate.buy([1n, priceWei], { account: bob, value: priceWei });
    await expectRevert(call, "ListingNotOpen", [1n]);
  });

  test("does not pay a price that is not theirs, whatever they sent: PriceMismatch", async () => {
    await list();
    const call = market.simulate.buy([1n, priceWei - 1n], { account: bob, value: priceWei });
    await expectRevert(call, "PriceMismatch", [priceWei, priceWei - 1n]);
  });
});

describe("a collection", () => {
  test("that does not hand over its token is not paid for: NotDelivered", async () => {
    await list();
    await running().tell(collection, "setKeepsTokens", [true]);
    const call = market.simulate.buy([1n, priceWei], { account: bob, value: priceWei });
    await expectRevert(call, "NotDelivered", [collection.address, tokenId]);
  });

  test("that is listed twice gets nothing from the market but its buyers' money", async () => {
    const { client, deploy, mined, tell } = running();
    const expiresAt = await market.expiryIn(day);
    const offer = [collection.address, tokenId, nativeAsset, 500n, expiresAt] as const;
    await mined(market.write.makeOffer(offer, { account: bob, value: 500n }));

    const phantom = await deploy("PhantomCollection");
    for (const _ of [1n, 2n]) {
      await tell(phantom, "setOwner", [tokenId, alice]);
      await mined(market.write.list([phantom.address, tokenId, priceWei], { account: alice }));
    }
    await buy(1n);
    await buy(2n);
    expect(await client.getBalance({ address: market.address })).toBe(500n);
    await mined(market.write.cancelOffer([1n], { account: bob }));
    expect(await client.getBalance({ address: market.address })).toBe(0n);
  });
});

describe("cancel", () => {
  test("gives the token back and ends the listing", async () => {
    await list();
    const { logs } = await running().mined(market.write.cancel([1n], { account: alice }));
    const events = parseEventLogs({ abi: marketAbi, logs, eventName: "Cancelled" });
    expect(events.map(({ args }) => args.listingId)).toEqual([1n]);
    expect(await market.ownerOf(collection, tokenId)).toBe(alice);
    const call = market.simulate.buy([1n, priceWei], { account: bob, value: priceWei });
    await expectRevert(call, "ListingNotOpen", [1n]);
  });

  test("is the seller's: NotSeller", async () => {
    await list();
    await expectRevert(market.simulate.cancel([1n], { account: bob }), "NotSeller", [1n, bob]);
  });

  test("needs a listing: ListingNotOpen", async () => {
    await expectRevert(market.simulate.cancel([1n], { account: alice }), "ListingNotOpen", [1n]);
  });
});

describe("a seller who can't be paid", () => {
  /** Makes a contract the seller of the token, through its `execute`. */
  async function listBy(seller: Helper) {
    const { tell } = running();
    await tell(collection, "transferFrom", [alice, seller.address, tokenId], alice);
    const approval = { functionName: "approve", args: [market.address, tokenId] };
    const approving = encodeFunctionData({ abi: collection.abi, ...approval });
    await tell(seller, "execute", [collection.address, 0n, approving]);
    const args = [collection.address, tokenId, priceWei] as const;
    const listing = encodeFunctionData({ abi: marketAbi, functionName: "list", args });
    await tell(seller, "execute", [market.address, 0n, listing]);
  }

  test("does not stop the sale, and withdraws later", async () => {
    const { client, tell, deploy } = running();
    const seller = await deploy("MoodyAccount");
    await listBy(seller);
    const { logs } = await buy();
    expect(await market.ownerOf(collection, tokenId)).toBe(bob);
    const [event] = parseEventLogs({ abi: marketAbi, logs, eventName: "ProceedsKept" });
    expect(event?.args).toEqual({ listingId: 1n, seller: seller.address, amountWei: priceWei });
    expect(await market.read.proceedsOf([seller.address])).toBe(priceWei);

    await tell(seller, "setAccepts", [true]);
    const data = encodeFunctionData({ abi: marketAbi, functionName: "withdrawProceeds" });
    await tell(seller, "execute", [market.address, 0n, data]);
    expect(await client.getBalance({ address: seller.address })).toBe(priceWei);
    expect(await client.getBalance({ address: market.address })).toBe(0n);
    const call = market.simulate.withdrawProceeds({ account: seller.address });
    await expectRevert(call, "NothingToWithdraw", [seller.address]);
  });

  test.each(["GasBurner", "ReturnBomb"])("costs the buyer little: %s", async (name) => {
    await list();
    const { client, deploy } = running();
    const hostile = await deploy(name);
    const code = await client.getCode({ address: hostile.address });
    await client.setCode({ address: alice, bytecode: code ?? "0x" });
    const { gasUsed } = await buy();
    expect(gasUsed).toBeLessThan(250_000n);
    expect(await market.ownerOf(collection, tokenId)).toBe(bob);
    expect(await market.read.proceedsOf([alice])).toBe(priceWei);
  });
});
