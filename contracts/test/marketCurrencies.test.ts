import { type Address, parseEventLogs } from "viem";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { marketAbi, nativeAsset } from "../index.ts";
import { expectRevert } from "./support/expectRevert.ts";
import { marketActions } from "./support/marketActions.ts";
import { accounts, type Helper } from "./support/startTestChain.ts";
import { useTestChain } from "./support/useTestChain.ts";

const { alice, bob } = accounts;
const tokenId = 5n;
const price = 1_000n;
/** UnreliableToken.Payment */
const payments = {
  returnsNothing: 1,
  reverts: 2,
  returnsFalse: 3,
  pretends: 4,
  takesFromReceiver: 5,
} as const;

const running = useTestChain();
let market: ReturnType<typeof marketActions>;
let collection: Helper;
let money: Helper;
beforeAll(() => {
  market = marketActions(running());
});
beforeEach(async () => {
  collection = await running().deploy("TestCollection");
  await market.giveToken(collection, alice, tokenId);
});

/** Lists Alice's token in a currency, of which Bob gets twice the price. */
async function listIn(currencyName: string) {
  money = await running().deploy(currencyName);
  await market.giveMoney(money, bob, 2n * price);
  const listing = [collection.address, tokenId, money.address, price] as const;
  return running().mined(market.write.listFor(listing, { account: alice }));
}

function buyWith(listingId = 1n) {
  const terms = [listingId, money.address, price] as const;
  return running().mined(market.write.buyWith(terms, { account: bob }));
}

function simulateBuy(currency: Address, expectedPrice: bigint, listingId = 1n) {
  return market.simulate.buyWith([listingId, currency, expectedPrice], { account: bob });
}

/** Nothing is sold, nothing is paid, and the seller can still take the token back. */
async function expectUnsold() {
  expect(await market.ownerOf(collection, tokenId)).toBe(market.address);
  expect(await market.moneyOf(money, bob)).toBe(2n * price);
  await running().mined(market.write.cancel([1n], { account: alice }));
  expect(await market.ownerOf(collection, tokenId)).toBe(alice);
}

describe("listFor", () => {
  test("takes the token into escrow, at a price in the seller's currency", async () => {
    const { logs } = await listIn("TestToken");
    const [event, more] = parseEventLogs({ abi: marketAbi, logs });
    const terms = { collection: collection.address, tokenId, currency: money.address, price };
    const listed = { seller: alice, ...terms };
    expect(event).toMatchObject({ eventName: "ListedFor", args: { listingId: 1n, ...listed } });
    expect(more).toBeUndefined();
    expect(await market.read.listing([1n])).toEqual(listed);
    expect(await market.ownerOf(collection, tokenId)).toBe(market.address);
  });

  test.each([nativeAsset, bob] as const)(
    "is in a token that exists: InvalidCurrency %s",
    async (none) => {
      const listing = [collection.address, tokenId, none, price] as const;
      const call = market.simulate.listFor(listing, { account: alice });
      await expectRevert(call, "InvalidCurrency", [none]);
    },
  );

  test("is for a price, and the owner's: ZeroPrice, NotTokenOwner", async () => {
    const { address } = await running().deploy("TestToken");
    const list = (amount: bigint, account: Address) =>
      market.simulate.listFor([collection.address, tokenId, address, amount], { account });
    await expectRevert(list(0n, alice), "ZeroPrice");
    await expectRevert(list(price, bob), "NotTokenOwner", [collection.address, tokenId, bob]);
  });
});

describe("buyWith", () => {
  test.each(["ordinary", "returnsNothing"])(
    "moves the token to the buyer and the price to the seller: %s",
    async (kind) => {
      await listIn("UnreliableToken");
      if (kind === "returnsNothing") {
        await running().tell(money, "setPayment", [payments.returnsNothing]);
      }
      const { logs } = await buyWith();
      expect(await market.ownerOf(collection, tokenId)).toBe(bob);
      expect(await market.moneyOf(money, alice)).toBe(price);
      expect(await market.moneyOf(money, bob)).toBe(price);
      expect(await market.moneyOf(money, market.address)).toBe(0n);
      const [event] = parseEventLogs({ abi: marketAbi, logs, eventName: "SoldFor" });
      const terms = { collection: collection.address, tokenId, currency: money.address, price };
      expect(event?.args).toEqual({ listingId: 1n, seller: alice, buyer: bob, ...terms });
      await expectRevert(simulateBuy(money.address, price), "ListingNotOpen", [1n]);
    },
  );

  test("is at the price and in the currency that the buyer saw", async () => {
    await listIn("TestToken");
    const other = await running().deploy("TestToken");
    const { address } = money;
    await expectRevert(simulateBuy(address, price + 1n), "PriceMismatch", [price, price + 1n]);
    const mismatch = [address, other.address];
    await expectRevert(simulateBuy(other.address, price), "CurrencyMismatch", mismatch);
  });

  test("is not for ZKPoW, nor buy for an ERC-20: CurrencyMismatch, InvalidCurrency", async () => {
    await listIn("TestToken");
    const value = price;
    const inNative = market.simulate.buy([1n, price], { account: bob, value });
    await expectRevert(inNative, "CurrencyMismatch", [money.address, nativeAsset]);

    await market.giveToken(collection, alice, 6n);
    const listing = [collection.address, 6n, price] as const;
    await running().mined(market.write.list(listing, { account: alice }));
    const mismatch = [nativeAsset, money.address];
    await expectRevert(simulateBuy(money.address, price, 2n), "CurrencyMismatch", mismatch);
    await expectRevert(simulateBuy(nativeAsset, price, 2n), "InvalidCurrency", [nativeAsset]);
  });

  test("takes nothing from those who approved the market and don't buy", async () => {
    await listIn("TestToken");
    const call = market.simulate.buyWith([1n, money.address, price], { account: alice });
    await expectRevert(call, "ERC20InsufficientAllowance");
    await expectUnsold();
  });

  test("from oneself pays nobody: PaymentShort", async () => {
    await listIn("TestToken");
    await market.giveMoney(money, alice, price);
    const call = market.simulate.buyWith([1n, money.address, price], { account: alice });
    await expectRevert(call, "PaymentShort", [money.address, price, 0n]);
  });

  test("needs the collection to hand over its token: NotDelivered", async () => {
    await listIn("TestToken");
    await running().tell(collection, "setKeepsTokens", [true]);
    const call = simulateBuy(money.address, price);
    await expectRevert(call, "NotDelivered", [collection.address, tokenId]);
  });
});

describe("a buyer who is overtaken", () => {
  test("by another listing of the token buys neither", async () => {
    await listIn("TestToken");
    await running().mined(market.write.cancel([1n], { account: alice }));
    const worthless = await running().deploy("TestToken");
    const listing = [collection.address, tokenId, worthless.address, price] as const;
    await running().mined(market.write.listFor(listing, { account: alice }));
    await expectRevert(simulateBuy(money.address, price), "ListingNotOpen", [1n]);
    const mismatch = [worthless.address, money.address];
    await expectRevert(simulateBuy(money.address, price, 2n), "CurrencyMismatch", mismatch);
  });
});

describe("a currency that", () => {
  test("takes a fee pays less than the price: PaymentShort", async () => {
    await listIn("FeeToken");
    const call = simulateBuy(money.address, price);
    await expectRevert(call, "PaymentShort", [money.address, price, 900n]);
    await expectUnsold();
  });

  test.each([
    ["reverts", "NoPayment", () => []],
    ["returnsFalse", "SafeERC20FailedOperation", () => [money.address]],
    ["pretends", "PaymentShort", () => [money.address, price, 0n]],
    ["takesFromReceiver", "PaymentShort", () => [money.address, price, 0n]],
  ] as const)("%s pays for nothing: %s", async (payment, error, args) => {
    await listIn("UnreliableToken");
    await running().tell(money, "mint", [alice, 1n]);
    await running().tell(money, "setPayment", [payments[payment]]);
    const call = simulateBuy(money.address, price);
    await expectRevert(call, error, error === "NoPayment" ? undefined : args());
    await expectUnsold();
  });

  test("rebases is paid as its balances are at the sale", async () => {
    await listIn("RebasingToken");
    await running().tell(money, "setPercent", [200n]);
    await buyWith();
    expect(await market.moneyOf(money, alice)).toBe(price);
    expect(await market.moneyOf(money, bob)).toBe(3n * price);
  });

  test("rebases can leave the buyer with too little: ERC20InsufficientBalance", async () => {
    await listIn("RebasingToken");
    await running().tell(money, "setPercent", [40n]);
    await expectRevert(simulateBuy(money.address, price), "ERC20InsufficientBalance");
    await running().tell(money, "setPercent", [100n]);
    await expectUnsold();
  });

  test("rounds a payment down does not pay the price: PaymentShort", async () => {
    await listIn("RebasingToken");
    await running().tell(money, "setPercent", [150n]);
    const call = simulateBuy(money.address, price);
    await expectRevert(call, "PaymentShort", [money.address, price, price - 1n]);
    await running().tell(money, "setPercent", [100n]);
    await expectUnsold();
  });
});
