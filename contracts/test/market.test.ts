import {
  type Address,
  encodeFunctionData,
  getContract,
  parseEventLogs,
  toFunctionSelector,
} from "viem";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { contractAddresses, marketAbi } from "../index.ts";
import { expectRevert } from "./support/expectRevert.ts";
import { accounts, type Helper, type TestChain } from "./support/startTestChain.ts";
import { useTestChain } from "./support/useTestChain.ts";

const { alice, bob } = accounts;
const tokenId = 5n;
const priceWei = 1_000n;
const nobody = "0x0000000000000000000000000000000000000000";

const running = useTestChain();
let market: ReturnType<typeof connect>;
let collection: Helper;
beforeAll(() => {
  market = connect(running());
});
beforeEach(async () => {
  collection = await running().deploy("TestCollection");
  await running().tell(collection, "mint", [alice, tokenId]);
});

function connect({ client }: TestChain) {
  return getContract({ abi: marketAbi, address: contractAddresses.market, client });
}

async function ownerOfToken() {
  const { client } = running();
  return client.readContract({ ...collection, functionName: "ownerOf", args: [tokenId] });
}

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
    expect(await market.read.listing([1n])).toEqual(listed);
    expect(await ownerOfToken()).toBe(market.address);
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
    expect(await ownerOfToken()).toBe(bob);
    expect(await client.getBalance({ address: alice })).toBe(before + priceWei);
    const [event] = parseEventLogs({ abi: marketAbi, logs, eventName: "Sold" });
    const sold = { seller: alice, buyer: bob, collection: collection.address, tokenId, priceWei };
    expect(event?.args).toEqual({ listingId: 1n, ...sold });
    expect((await market.read.listing([1n])).seller).toBe(nobody);
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

describe("cancel", () => {
  test("gives the token back and ends the listing", async () => {
    await list();
    const { logs } = await running().mined(market.write.cancel([1n], { account: alice }));
    const events = parseEventLogs({ abi: marketAbi, logs, eventName: "Cancelled" });
    expect(events.map(({ args }) => args.listingId)).toEqual([1n]);
    expect(await ownerOfToken()).toBe(alice);
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
    expect(await ownerOfToken()).toBe(bob);
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
    expect(await ownerOfToken()).toBe(bob);
    expect(await market.read.proceedsOf([alice])).toBe(priceWei);
  });
});

describe("entering the market again", () => {
  test("is refused to a seller who is being paid: ReentrancyGuardReentrantCall", async () => {
    const { client, deploy, tell } = running();
    const seller = await deploy("ReentrantSeller", [market.address]);
    await tell(collection, "transferFrom", [alice, seller.address, tokenId], alice);
    await tell(seller, "list", [collection.address, tokenId, priceWei]);
    await buy();
    const refusal = await client.readContract({ ...seller, functionName: "refusal" });
    expect(refusal).toBe(toFunctionSelector("ReentrancyGuardReentrantCall()"));
    expect(await client.getBalance({ address: seller.address })).toBe(priceWei);
  });

  test("is refused to a collection: ReentrancyGuardReentrantCall", async () => {
    const { deploy, tell } = running();
    collection = await deploy("ReentrantCollection", [market.address]);
    await tell(collection, "mint", [alice, tokenId]);
    await list();
    await tell(collection, "setEnters", [true]);
    const error = "ReentrancyGuardReentrantCall";
    const buying = market.simulate.buy([1n, priceWei], { account: bob, value: priceWei });
    await expectRevert(buying, error);
    await expectRevert(market.simulate.cancel([1n], { account: alice }), error);
    await tell(collection, "mint", [alice, 6n]);
    const listing = [collection.address, 6n, priceWei] as const;
    await expectRevert(market.simulate.list(listing, { account: alice }), error);
  });
});
