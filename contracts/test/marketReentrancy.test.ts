import type { Address } from "viem";
import { beforeAll, beforeEach, expect, test } from "vitest";
import { marketAbi, nativeAsset } from "../index.ts";
import { day, marketActions } from "./support/marketActions.ts";
import type { Helper } from "./support/startTestChain.ts";
import { useTestChain } from "./support/useTestChain.ts";

// Everybody here enters the market again, through each of its functions, as soon as they get control: the
// collection, the currency, seller and buyer. Every entry has to be refused, and the sale has to be as if nobody tried.

const tokenId = 5n;
const price = 1_000n;
/** Not estimated: the least that a sale needs is too little for those who intrude at its end. */
const gas = 2_000_000n;
/** What an intruder tries each time: all functions that change the market. */
const entries = BigInt(
  marketAbi.filter((item) => item.type === "function" && item.stateMutability !== "view").length,
);

const running = useTestChain();
let market: ReturnType<typeof marketActions>;
let collection: Helper;
let currency: Helper;
let seller: Helper;
let buyer: Helper;

beforeAll(() => {
  market = marketActions(running());
});
beforeEach(async () => {
  const { client, deploy } = running();
  const args = [market.address];
  collection = await deploy("IntrudingCollection", args);
  currency = await deploy("IntrudingToken", args);
  seller = await deploy("IntrudingAccount", args);
  buyer = await deploy("IntrudingAccount", args);
  for (const { address } of [seller, buyer]) {
    await client.setBalance({ address, value: 10n ** 18n });
  }
  await market.giveToken(collection, seller.address, tokenId);
  await market.giveMoney(currency, buyer.address, price);
});

/** Runs one step, and says how often each intruder tried everything in it, in vain. */
async function refusalsIn(step: () => Promise<unknown>) {
  const intruders = { collection, currency, seller, buyer };
  const count = async () => {
    const counts: Record<string, bigint> = {};
    for (const [name, intruder] of Object.entries(intruders)) {
      const read = { ...intruder, functionName: "refusals" };
      counts[name] = BigInt(String(await running().client.readContract(read)));
    }
    return counts;
  };
  const before = await count();
  await step();
  const rounds = Object.entries(await count()).map(([name, refusals]) => {
    const tried = refusals - (before[name] ?? 0n);
    expect(tried % entries, `${name} got in`).toBe(0n);
    return [name, Number(tried / entries)] as const;
  });
  return Object.fromEntries(rounds.filter(([, times]) => times > 0));
}

const mined = (hash: Promise<`0x${string}`>) => running().mined(hash);
const bySeller = () => ({ account: seller.address, gas });
const byBuyer = () => ({ account: buyer.address, gas });
const list = () => mined(market.write.list([collection.address, tokenId, price], bySeller()));
const listFor = () => {
  const listing = [collection.address, tokenId, currency.address, price] as const;
  return mined(market.write.listFor(listing, bySeller()));
};
const buy = () => mined(market.write.buy([1n, price], { ...byBuyer(), value: price }));
const cancel = () => mined(market.write.cancel([1n], bySeller()));

async function makeOffer(asset: Address) {
  const value = asset === nativeAsset ? price : 0n;
  const offer = [collection.address, tokenId, asset, price, await market.expiryIn(day)] as const;
  return mined(market.write.makeOffer(offer, { ...byBuyer(), value }));
}

function acceptOffer(asset: Address) {
  const terms = [1n, collection.address, tokenId, asset, price] as const;
  return mined(market.write.acceptOffer(terms, bySeller()));
}

async function expectSold() {
  expect(await market.ownerOf(collection, tokenId)).toBe(buyer.address);
  expect(await running().client.getBalance({ address: market.address })).toBe(0n);
}

async function expectPaidInToken() {
  expect(await market.moneyOf(currency, seller.address)).toBe(price);
  expect(await market.moneyOf(currency, buyer.address)).toBe(0n);
}

test("while a token is listed and taken back", async () => {
  expect(await refusalsIn(list)).toEqual({ collection: 1 });
  expect(await refusalsIn(cancel)).toEqual({ collection: 1, seller: 1 });
  expect(await market.ownerOf(collection, tokenId)).toBe(seller.address);
});

test("while a token is sold in ZKPoW", async () => {
  await list();
  expect(await refusalsIn(buy)).toEqual({ collection: 1, seller: 1, buyer: 1 });
  await expectSold();
  expect(await market.read.proceedsOf([seller.address])).toBe(0n);
});

test("while a token is sold in an ERC-20 with hooks", async () => {
  expect(await refusalsIn(listFor)).toEqual({ collection: 1 });
  const terms = [1n, currency.address, price] as const;
  const refusals = await refusalsIn(() => mined(market.write.buyWith(terms, byBuyer())));
  // The buyer hears of both, of the token that comes and of the money that goes.
  expect(refusals).toEqual({ collection: 1, currency: 1, seller: 1, buyer: 2 });
  await expectSold();
  await expectPaidInToken();
});

test("while an offer in ZKPoW is accepted", async () => {
  expect(await refusalsIn(() => makeOffer(nativeAsset))).toEqual({});
  const refusals = await refusalsIn(() => acceptOffer(nativeAsset));
  expect(refusals).toEqual({ collection: 1, seller: 1, buyer: 1 });
  await expectSold();
});

test("while an offer in an ERC-20 with hooks is accepted", async () => {
  await makeOffer(currency.address);
  const refusals = await refusalsIn(() => acceptOffer(currency.address));
  expect(refusals).toEqual({ collection: 1, currency: 1, seller: 1, buyer: 2 });
  await expectSold();
  await expectPaidInToken();
});

test("while an offer is refunded", async () => {
  await makeOffer(nativeAsset);
  const refund = () => mined(market.write.cancelOffer([1n], byBuyer()));
  expect(await refusalsIn(refund)).toEqual({ buyer: 1 });
  expect(await running().client.getBalance({ address: market.address })).toBe(0n);
});

test("while proceeds are withdrawn", async () => {
  const { client, tell } = running();
  await list();
  await tell(seller, "setAccepts", [false]);
  expect(await refusalsIn(buy)).toEqual({ collection: 1, buyer: 1 });
  expect(await market.read.proceedsOf([seller.address])).toBe(price);
  await tell(seller, "setAccepts", [true]);
  const withdraw = () => mined(market.write.withdrawProceeds(bySeller()));
  expect(await refusalsIn(withdraw)).toEqual({ seller: 1 });
  expect(await client.getBalance({ address: market.address })).toBe(0n);
});
