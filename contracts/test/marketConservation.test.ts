import fc from "fast-check";
import { type Abi, type Address, getAddress, parseEther } from "viem";
import { expect, test } from "vitest";
import { nativeAsset } from "../index.ts";
import { expectRevert } from "./support/expectRevert.ts";
import { day, marketActions } from "./support/marketActions.ts";
import {
  type Action,
  type Actor,
  actors,
  anyStep,
  anyToken,
  type Change,
  type Currency,
  createModel,
  isChange,
  type Model,
  owedByMarket,
  resolveStep,
  type Step,
  takeStep,
  tokenIds,
} from "./support/marketModel.ts";
import { accounts, type Helper, startTestChain, type TestChain } from "./support/startTestChain.ts";

const tokensAtFirst = 25n;
const nativeAtFirst = parseEther("1000");

test("the market has what it owes, and every token is its owner's, whatever is traded", async () => {
  const chain = await startTestChain();
  try {
    const world = await createWorld(chain);
    let id = await chain.client.snapshot();
    const run = fc.asyncProperty(
      fc.array(anyStep, { minLength: 15, maxLength: 30 }),
      async (steps) => {
        await chain.client.revert({ id });
        id = await chain.client.snapshot();
        await trade(world, steps);
      },
    );
    await fc.assert(run, { numRuns: 30 });
  } finally {
    await chain.stop();
  }
});

interface World {
  readonly chain: TestChain;
  readonly market: ReturnType<typeof marketActions>;
  readonly collection: Helper;
  readonly money: Helper;
  readonly carol: Helper;
  readonly addresses: Readonly<Record<Actor, Address>>;
}

async function createWorld(chain: TestChain): Promise<World> {
  const market = marketActions(chain);
  const collection = await chain.deploy("TestCollection");
  const money = await chain.deploy("TestToken");
  const carol = await chain.deploy("MoodyAccount");
  const addresses = { alice: accounts.alice, bob: accounts.bob, carol: carol.address };
  for (const [index, actor] of actors.entries()) {
    await chain.client.setBalance({ address: addresses[actor], value: parseEther("2000") });
    await market.giveToken(collection, addresses[actor], BigInt(tokenIds[index] ?? 0));
    await market.giveMoney(money, addresses[actor], tokensAtFirst);
    await chain.client.setBalance({ address: addresses[actor], value: nativeAtFirst });
  }
  return { chain, market, collection, money, carol, addresses };
}

/** Takes the steps on the chain and on a model of it, and compares the two after each. */
async function trade(world: World, steps: readonly Step[]): Promise<void> {
  const model = createModel(tokensAtFirst);
  const fees = { alice: 0n, bob: 0n, carol: 0n };

  for (const drawn of steps) {
    if (isChange(drawn)) {
      takeStep(model, drawn);
      await change(world, drawn, model);
      continue;
    }
    const action = resolveStep(model, drawn);
    const refusal = takeStep(model, action);
    const { client, mined } = world.chain;
    const call = await callOf(world, action);
    if (refusal !== undefined) {
      await expectRevert(client.simulateContract(call), refusal);
    } else {
      const { gasUsed, effectiveGasPrice } = await mined(client.writeContract(call));
      fees[action.actor] += gasUsed * effectiveGasPrice;
    }
    await expectSame(world, model, fees);
  }
  await expectSameDeals(world, model);
}

async function change({ chain, market, carol }: World, { kind }: Change, model: Model) {
  if (kind === "dayPasses") await market.passTime(day);
  else await chain.tell(carol, "setAccepts", [model.carolAccepts]);
}

/** The contract call that an action is. */
async function callOf({ market, collection, money, addresses }: World, action: Action) {
  const { kind, price } = action;
  const id = BigInt(action.id);
  const isNative = action.currency === "native";
  const currency = isNative ? nativeAsset : money.address;
  const tokenId = await idOf(market, action.tokenId);
  const token = [collection.address, tokenId] as const;
  const call = (functionName: string, args: readonly unknown[], value = 0n) => {
    const { abi, address } = market;
    const account = addresses[action.actor];
    return { abi: abi as Abi, address, functionName, args, account, value };
  };
  switch (kind) {
    case "list":
      return isNative
        ? call("list", [...token, price])
        : call("listFor", [...token, currency, price]);
    case "buy":
      return isNative ? call("buy", [id, price], price) : call("buyWith", [id, currency, price]);
    case "cancel":
      return call("cancel", [id]);
    case "offer": {
      // Half a day of slack, for the seconds that pass while this test runs.
      const expiresAt = await market.expiryIn(BigInt(action.days) * day + day / 2n);
      const value = isNative ? price : 0n;
      return call("makeOffer", [...token, currency, price, expiresAt], value);
    }
    case "accept":
      return call("acceptOffer", [id, ...token, currency, price]);
    case "cancelOffer":
      return call("cancelOffer", [id]);
    case "withdraw":
      return call("withdrawProceeds", []);
  }
}

async function idOf(market: World["market"], tokenId: number) {
  return tokenId === anyToken ? market.read.ANY_TOKEN() : BigInt(tokenId);
}

async function expectSame(world: World, model: Model, fees: Readonly<Record<Actor, bigint>>) {
  const { chain, market, collection, money, addresses } = world;
  const { getBalance } = chain.client;
  const [heldNative, heldMoney, owners, native, token] = await Promise.all([
    getBalance({ address: market.address }),
    market.moneyOf(money, market.address),
    Promise.all(tokenIds.map((id) => market.ownerOf(collection, BigInt(id)))),
    Promise.all(actors.map((actor) => getBalance({ address: addresses[actor] }))),
    Promise.all(actors.map((actor) => market.moneyOf(money, addresses[actor]))),
  ]);
  expect(heldNative).toBe(owedByMarket(model));
  expect(heldMoney).toBe(0n);
  const everybody = { ...addresses, market: market.address };
  const rightful = tokenIds.map((id) => everybody[model.owners.get(id) ?? "market"]);
  expect(owners).toEqual(rightful);
  const { moved } = model;
  expect(native).toEqual(actors.map((actor) => nativeAtFirst + moved.native[actor] - fees[actor]));
  expect(token).toEqual(actors.map((actor) => tokensAtFirst + moved.token[actor]));
}

async function expectSameDeals({ market, money, addresses }: World, model: Model) {
  const currencies: Record<Currency, Address> = {
    native: nativeAsset,
    token: getAddress(money.address),
  };
  for (const [index, deal] of model.listings.entries()) {
    const listing = await market.read.listing([BigInt(index + 1)]);
    const { maker, currency, price, tokenId } = deal;
    const open = { seller: addresses[maker], tokenId: BigInt(tokenId), price };
    expect(listing).toMatchObject(
      deal.isOpen
        ? { ...open, currency: currencies[currency] }
        : { seller: nativeAsset, price: 0n },
    );
  }
  for (const [index, deal] of model.offers.entries()) {
    const offer = await market.read.offer([BigInt(index + 1)]);
    const { maker, currency, price } = deal;
    const open = { bidder: addresses[maker], tokenId: await idOf(market, deal.tokenId) };
    expect(offer).toMatchObject(
      deal.isOpen
        ? { ...open, amount: price, currency: currencies[currency] }
        : { bidder: nativeAsset, amount: 0n },
    );
  }
  for (const actor of actors) {
    expect(await market.read.proceedsOf([addresses[actor]])).toBe(model.proceeds[actor]);
  }
}
