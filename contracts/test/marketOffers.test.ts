import { type Address, parseEventLogs, zeroAddress } from "viem";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { marketAbi, nativeAsset } from "../index.ts";
import { expectRevert } from "./support/expectRevert.ts";
import { day, marketActions } from "./support/marketActions.ts";
import { accounts, type Helper } from "./support/startTestChain.ts";
import { useTestChain } from "./support/useTestChain.ts";

const { alice, bob, operator: eve } = accounts;
const tokenId = 5n;
const amount = 1_000n;
/** UnreliableToken.Payment */
const payments = { reverts: 2, returnsFalse: 3, pretends: 4 } as const;

const running = useTestChain();
let market: ReturnType<typeof marketActions>;
let collection: Helper;
let anyToken: bigint;
beforeAll(async () => {
  market = marketActions(running());
  anyToken = await market.read.ANY_TOKEN();
});
beforeEach(async () => {
  collection = await running().deploy("TestCollection");
  await market.giveToken(collection, alice, tokenId);
});

interface Terms {
  readonly tokenId?: bigint;
  readonly currency?: Address;
  readonly amount?: bigint;
  readonly bidder?: Address;
}

/** Bids for Alice's token, and returns the receipt and when the offer expires. */
async function makeOffer(terms: Terms = {}) {
  const given: Required<Terms> = { tokenId, currency: nativeAsset, amount, bidder: bob, ...terms };
  const expiresAt = await market.expiryIn(day);
  const value = given.currency === nativeAsset ? given.amount : 0n;
  const offer = [collection.address, given.tokenId, given.currency, given.amount] as const;
  const options = { account: given.bidder, value };
  const receipt = await running().mined(market.write.makeOffer([...offer, expiresAt], options));
  return { receipt, expiresAt };
}

function simulateOffer(currency: Address, amountOffered: bigint, value: bigint, expiresAt: bigint) {
  const offer = [collection.address, tokenId, currency, amountOffered, expiresAt] as const;
  return market.simulate.makeOffer(offer, { account: bob, value });
}

function acceptance(terms: Terms = {}, offerId = 1n) {
  const given: Omit<Required<Terms>, "bidder"> = {
    tokenId,
    currency: nativeAsset,
    amount,
    ...terms,
  };
  return [offerId, collection.address, given.tokenId, given.currency, given.amount] as const;
}

function accept(terms: Terms = {}, offerId = 1n) {
  return running().mined(market.write.acceptOffer(acceptance(terms, offerId), { account: alice }));
}

function simulateAccept(terms: Terms = {}, offerId = 1n, account: Address = alice) {
  return market.simulate.acceptOffer(acceptance(terms, offerId), { account });
}

function escrowed() {
  return running().client.getBalance({ address: market.address });
}

async function moneyFor(bidder: Address, currencyName = "TestToken") {
  const money = await running().deploy(currencyName);
  await market.giveMoney(money, bidder, amount);
  return money;
}

describe("makeOffer", () => {
  test("keeps ZKPoW in escrow", async () => {
    const { receipt, expiresAt } = await makeOffer();
    const terms = { collection: collection.address, tokenId, currency: nativeAsset, amount };
    const made = { bidder: bob, ...terms, expiresAt };
    const [event] = parseEventLogs({ abi: marketAbi, logs: receipt.logs, eventName: "OfferMade" });
    expect(event?.args).toEqual({ offerId: 1n, ...made });
    expect(await market.read.offer([1n])).toEqual(made);
    expect(await escrowed()).toBe(amount);
  });

  test("leaves an ERC-20 with the bidder", async () => {
    const money = await moneyFor(bob);
    await makeOffer({ currency: money.address });
    expect(await market.moneyOf(money, bob)).toBe(amount);
    expect(await market.read.offer([1n])).toMatchObject({ currency: money.address, amount });
  });

  test("is of something, in something: ZeroPrice, InvalidCurrency", async () => {
    const expiresAt = await market.expiryIn(day);
    await expectRevert(simulateOffer(nativeAsset, 0n, 0n, expiresAt), "ZeroPrice");
    await expectRevert(simulateOffer(alice, 1n, 0n, expiresAt), "InvalidCurrency", [alice]);
  });

  test("is paid exactly, and in one currency only: WrongPayment", async () => {
    const expiresAt = await market.expiryIn(day);
    for (const value of [amount - 1n, amount + 1n]) {
      const call = simulateOffer(nativeAsset, amount, value, expiresAt);
      await expectRevert(call, "WrongPayment", [amount, value]);
    }
    const { address } = await running().deploy("TestToken");
    const both = simulateOffer(address, amount, 1n, expiresAt);
    await expectRevert(both, "WrongPayment", [0n, 1n]);
  });

  test("expires, in the future and not for ever: InvalidExpiry", async () => {
    const longest = await market.read.MAX_OFFER_SECONDS();
    const now = await market.expiryIn(0n);
    for (const expiresAt of [0n, now, now + longest + day, 2n ** 64n - 1n]) {
      await expectRevert(simulateOffer(nativeAsset, 1n, 1n, expiresAt), "InvalidExpiry");
    }
    await simulateOffer(nativeAsset, 1n, 1n, now + longest);
  });
});

describe("acceptOffer", () => {
  test("moves the token to the bidder and the escrow to the owner", async () => {
    await makeOffer();
    const { client } = running();
    const before = await client.getBalance({ address: alice });
    const { logs, gasUsed, effectiveGasPrice } = await accept();
    const paid = before + amount - gasUsed * effectiveGasPrice;
    expect(await client.getBalance({ address: alice })).toBe(paid);
    expect(await market.ownerOf(collection, tokenId)).toBe(bob);
    expect(await escrowed()).toBe(0n);
    const [event] = parseEventLogs({ abi: marketAbi, logs, eventName: "OfferAccepted" });
    const terms = { collection: collection.address, tokenId, currency: nativeAsset, amount };
    expect(event?.args).toEqual({ offerId: 1n, seller: alice, bidder: bob, ...terms });
    expect((await market.read.offer([1n])).bidder).toBe(zeroAddress);
  });

  test("pulls an ERC-20 from the bidder, past the market", async () => {
    const money = await moneyFor(bob);
    const currency = money.address;
    await makeOffer({ currency });
    await accept({ currency });
    expect(await market.ownerOf(collection, tokenId)).toBe(bob);
    expect(await market.moneyOf(money, alice)).toBe(amount);
    expect(await market.moneyOf(money, market.address)).toBe(0n);
  });

  test("happens once: OfferNotOpen", async () => {
    await makeOffer();
    await accept();
    await expectRevert(simulateAccept({}, 1n, bob), "OfferNotOpen", [1n]);
  });

  test("gives any token of the collection where the bidder wants any", async () => {
    await makeOffer({ tokenId: anyToken });
    await market.giveToken(collection, alice, 6n);
    await accept({ tokenId: 6n });
    expect(await market.ownerOf(collection, 6n)).toBe(bob);
    expect(await market.ownerOf(collection, tokenId)).toBe(alice);
  });

  test("gives no other token than the bidder wants: TokenMismatch", async () => {
    await makeOffer();
    const wanted = [collection.address, tokenId];
    const call = simulateAccept({ tokenId: 6n });
    await expectRevert(call, "TokenMismatch", [...wanted, collection.address, 6n]);

    await makeOffer({ tokenId: anyToken });
    const other = await running().deploy("TestCollection");
    const terms = [2n, other.address, 6n, nativeAsset, amount] as const;
    await expectRevert(market.simulate.acceptOffer(terms, { account: alice }), "TokenMismatch", [
      collection.address,
      anyToken,
      other.address,
      6n,
    ]);
  });

  test("is the owner's, after approving the market: NotTokenOwner, MarketNotApproved", async () => {
    await makeOffer();
    const token = [collection.address, tokenId];
    await expectRevert(simulateAccept({}, 1n, eve), "NotTokenOwner", [...token, eve]);
    await running().tell(collection, "setApprovalForAll", [market.address, false], alice);
    await expectRevert(simulateAccept(), "MarketNotApproved", token);
  });

  test("is not of a token that is listed: NotTokenOwner", async () => {
    await makeOffer();
    const listing = [collection.address, tokenId, 1n] as const;
    await running().mined(market.write.list(listing, { account: alice }));
    await expectRevert(simulateAccept(), "NotTokenOwner", [collection.address, tokenId, alice]);
  });

  test("needs the collection to hand over its token: NotDelivered", async () => {
    await makeOffer();
    await running().tell(collection, "setKeepsTokens", [true]);
    await expectRevert(simulateAccept(), "NotDelivered", [collection.address, tokenId]);
    expect(await escrowed()).toBe(amount);
  });

  test("keeps the payment for an owner who does not take it", async () => {
    const { client, deploy, mined } = running();
    const { address } = await deploy("GasBurner");
    await client.setCode({ address: alice, bytecode: (await client.getCode({ address })) ?? "0x" });
    await makeOffer();
    const { logs } = await accept();
    const [event] = parseEventLogs({ abi: marketAbi, logs, eventName: "OfferProceedsKept" });
    expect(event?.args).toEqual({ offerId: 1n, seller: alice, amountWei: amount });
    expect(await market.read.proceedsOf([alice])).toBe(amount);
    expect(await escrowed()).toBe(amount);

    await client.setCode({ address: alice, bytecode: "0x" });
    await mined(market.write.withdrawProceeds({ account: alice }));
    expect(await escrowed()).toBe(0n);
  });
});

describe("an ERC-20 offer that can't be paid sells nothing", () => {
  test("without an approval, or without a balance", async () => {
    const money = await moneyFor(bob);
    const currency = money.address;
    await makeOffer({ currency });
    await running().tell(money, "approve", [market.address, amount - 1n], bob);
    await expectRevert(simulateAccept({ currency }), "ERC20InsufficientAllowance");
    await running().tell(money, "approve", [market.address, amount], bob);
    await running().tell(money, "transfer", [eve, 1n], bob);
    await expectRevert(simulateAccept({ currency }), "ERC20InsufficientBalance");
    expect(await market.ownerOf(collection, tokenId)).toBe(alice);
  });

  test("where the currency takes a fee: PaymentShort", async () => {
    const { address: currency } = await moneyFor(bob, "FeeToken");
    await makeOffer({ currency });
    await expectRevert(simulateAccept({ currency }), "PaymentShort", [currency, amount, 900n]);
  });

  test.each([
    ["reverts", "NoPayment"],
    ["returnsFalse", "SafeERC20FailedOperation"],
    ["pretends", "PaymentShort"],
  ] as const)("where the currency %s: %s", async (payment, error) => {
    const money = await moneyFor(bob, "UnreliableToken");
    await makeOffer({ currency: money.address });
    await running().tell(money, "setPayment", [payments[payment]]);
    await expectRevert(simulateAccept({ currency: money.address }), error);
    await running().tell(money, "setPayment", [0]);
    await accept({ currency: money.address });
  });

  test("where a rebase left the bidder with too little: ERC20InsufficientBalance", async () => {
    const money = await moneyFor(bob, "RebasingToken");
    await makeOffer({ currency: money.address });
    await running().tell(money, "setPercent", [50n]);
    const call = simulateAccept({ currency: money.address });
    await expectRevert(call, "ERC20InsufficientBalance");
  });
});

describe("an owner who is overtaken", () => {
  test("by a lower offer in place of the one they saw accepts neither", async () => {
    await makeOffer();
    await running().mined(market.write.cancelOffer([1n], { account: bob }));
    await makeOffer({ amount: 1n });
    await expectRevert(simulateAccept(), "OfferNotOpen", [1n]);
    await expectRevert(simulateAccept({}, 2n), "PriceMismatch", [1n, amount]);
  });

  test("by an offer in another currency accepts neither", async () => {
    await makeOffer();
    await running().mined(market.write.cancelOffer([1n], { account: bob }));
    const { address: currency } = await moneyFor(bob);
    await makeOffer({ currency });
    await expectRevert(simulateAccept(), "OfferNotOpen", [1n]);
    await expectRevert(simulateAccept({}, 2n), "CurrencyMismatch", [currency, nativeAsset]);
  });
});

describe("cancelOffer", () => {
  test("sends ZKPoW back and ends the offer", async () => {
    await makeOffer();
    const { client, mined } = running();
    const before = await client.getBalance({ address: bob });
    const receipt = await mined(market.write.cancelOffer([1n], { account: bob }));
    const refunded = before + amount - receipt.gasUsed * receipt.effectiveGasPrice;
    expect(await client.getBalance({ address: bob })).toBe(refunded);
    const { logs } = receipt;
    const [event] = parseEventLogs({ abi: marketAbi, logs, eventName: "OfferCancelled" });
    expect(event?.args).toEqual({ offerId: 1n });
    await expectRevert(simulateAccept(), "OfferNotOpen", [1n]);
    const again = market.simulate.cancelOffer([1n], { account: bob });
    await expectRevert(again, "OfferNotOpen", [1n]);
  });

  test("of an ERC-20 offer moves nothing", async () => {
    const money = await moneyFor(bob);
    await makeOffer({ currency: money.address });
    await makeOffer({ bidder: eve });
    await running().mined(market.write.cancelOffer([1n], { account: bob }));
    expect(await market.moneyOf(money, bob)).toBe(amount);
    expect(await escrowed()).toBe(amount);
  });

  test("is the bidder's: NotBidder", async () => {
    await makeOffer();
    const call = market.simulate.cancelOffer([1n], { account: alice });
    await expectRevert(call, "NotBidder", [1n, alice]);
  });

  test("leaves the offer as it is where the bidder takes no value: NotInTheMood", async () => {
    const { client, deploy, mined, tell } = running();
    const bidder = await deploy("MoodyAccount");
    await client.setBalance({ address: bidder.address, value: 10n ** 18n });
    await makeOffer({ bidder: bidder.address });
    const options = { account: bidder.address };
    await expectRevert(market.simulate.cancelOffer([1n], options), "NotInTheMood");
    expect(await escrowed()).toBe(amount);
    await tell(bidder, "setAccepts", [true]);
    await mined(market.write.cancelOffer([1n], options));
    expect(await escrowed()).toBe(0n);
  });
});

test("an expired offer is not accepted but refunded: OfferExpired", async () => {
  const { client, mined } = running();
  const { expiresAt } = await makeOffer();
  await client.setNextBlockTimestamp({ timestamp: expiresAt });
  await client.mine({ blocks: 1 });
  // Its last second.
  await simulateAccept();
  const timestamp = expiresAt + 1n;
  await client.setNextBlockTimestamp({ timestamp });
  await client.mine({ blocks: 1 });
  await expectRevert(simulateAccept(), "OfferExpired");
  expect((await market.read.offer([1n])).bidder).toBe(bob);
  await mined(market.write.cancelOffer([1n], { account: bob }));
  expect(await escrowed()).toBe(0n);
});
