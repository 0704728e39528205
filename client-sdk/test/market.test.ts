import { contractAddresses } from "@weft/contracts";
import { ZERO_ADDRESS } from "@weft/protocol";
import type { GameServer } from "@weft/rooms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { deployCoin } from "./deployCoin.ts";
import { newPlayer, type Player, startServer } from "./startServer.ts";

const { market, gamePass } = contractAddresses;
const collection = gamePass.toLowerCase() as `0x${string}`;
const SUPPLY = 1000n;

let server: GameServer;
let alice: Player;
/** Has all the coins there are. */
let bob: Player;
let coin: Awaited<ReturnType<typeof deployCoin>>;

beforeAll(async () => {
  const started = await startServer();
  server = started.server;
  [alice, bob] = await Promise.all([newPlayer(started.url), newPlayer(started.url)]);
  coin = await deployCoin(bob, SUPPLY);
});
afterAll(() => server.stop());

const refusedWith = (errorName: string) => ({
  code: "TRANSACTION_REFUSED",
  details: { errorName },
});
const allowed = () => coin.allowanceOf(bob.wallet.address, market);

/** Gives the pass back to Alice, so that the next test has something to sell. */
async function returnPass(): Promise<void> {
  const { listingId } = await bob.wallet.list({ tokenId: alice.pass, collection, price: 1n });
  await alice.wallet.buy({ listingId, price: 1n });
}

describe("listings in an ERC-20", () => {
  test("are listed, seen, bought and paid in it", async () => {
    const { currency } = coin;
    const tokenId = alice.pass;
    const { listingId } = await alice.wallet.list({ tokenId, collection, currency, price: 70n });
    const [listing] = await bob.wallet.listings();
    const seller = alice.wallet.address;
    expect(listing).toEqual({ listingId, tokenId, collection, currency, price: 70n, seller });
    if (listing === undefined) return;
    await bob.wallet.buy(listing);
    expect(await coin.balanceOf(seller)).toBe(70n);
    expect(await allowed()).toBe(0n);
    expect(await bob.wallet.passes()).toContain(tokenId);
    expect(await bob.wallet.listings()).toEqual([]);
    await returnPass();
  });

  test("CurrencyMismatch and PriceMismatch when they aren't as they were seen, and nothing is approved", async () => {
    const { currency } = coin;
    const tokenId = alice.pass;
    const { listingId } = await alice.wallet.list({ tokenId, collection, currency, price: 70n });
    const [dearer, inZkpow, gone] = [
      bob.wallet.buy({ listingId, currency, price: 69n }),
      bob.wallet.buy({ listingId, price: 70n }),
      bob.wallet.buy({ listingId: 99n, currency, price: 70n }),
    ];
    await expect(dearer).rejects.toMatchObject(refusedWith("PriceMismatch"));
    await expect(inZkpow).rejects.toMatchObject(refusedWith("CurrencyMismatch"));
    await expect(gone).rejects.toMatchObject(refusedWith("ListingNotOpen"));
    expect(await allowed()).toBe(0n);
    await alice.wallet.cancel({ listingId });
  });

  test("the token's own error when the buyer hasn't enough of it", async () => {
    const { currency } = coin;
    const price = SUPPLY + 1n;
    const tokenId = bob.pass;
    const { listingId } = await bob.wallet.list({ tokenId, collection, currency, price });
    await expect(alice.wallet.buy({ listingId, currency, price })).rejects.toMatchObject(
      refusedWith("ERC20InsufficientBalance"),
    );
    await bob.wallet.cancel({ listingId });
  });

  test("InvalidCurrency for an address without a contract", async () => {
    const currency = bob.wallet.address;
    const list = alice.wallet.list({ tokenId: alice.pass, collection, currency, price: 1n });
    await expect(list).rejects.toMatchObject(refusedWith("InvalidCurrency"));
  });
});

describe("offers", () => {
  test("in ZKPoW: made, seen, accepted by who has the token", async () => {
    const tokenId = alice.pass;
    const { offerId } = await bob.wallet.makeOffer({ tokenId, collection, amount: 5n });
    const [offer] = await alice.wallet.offers();
    expect(offer).toMatchObject({ offerId, tokenId, collection, amount: 5n });
    expect(offer).toMatchObject({ bidder: bob.wallet.address, currency: ZERO_ADDRESS });
    expect(offer?.expiresAtMs).toBeGreaterThan(Date.now());
    await expect(
      alice.wallet.acceptOffer({ offerId, tokenId, collection, amount: 6n }),
    ).rejects.toMatchObject(refusedWith("PriceMismatch"));
    await alice.wallet.acceptOffer({ offerId, tokenId, collection, amount: 5n });
    expect(await bob.wallet.passes()).toContain(tokenId);
    expect(await bob.wallet.offers()).toEqual([]);
    await returnPass();
  });

  test("in an ERC-20, for any token of a collection; a purchase leaves what they promise approved", async () => {
    const { currency } = coin;
    const before = await coin.balanceOf(alice.wallet.address);
    // both at once: the second must not approve the first one's promise away
    const [first, second] = await Promise.all(
      [30n, 20n].map((amount) => bob.wallet.makeOffer({ collection, currency, amount })),
    );
    expect(await allowed()).toBe(50n);
    const tokenId = alice.pass;
    const { listingId } = await alice.wallet.list({ tokenId, collection, currency, price: 7n });
    await bob.wallet.buy({ listingId, currency, price: 7n });
    expect(await allowed()).toBe(50n);
    await returnPass();

    const offer = (await alice.wallet.offers()).find(({ offerId }) => offerId === first?.offerId);
    expect(offer).toMatchObject({ tokenId: undefined, currency, amount: 30n });
    if (offer === undefined || second === undefined) return;
    await alice.wallet.acceptOffer({ ...offer, tokenId });
    expect((await coin.balanceOf(alice.wallet.address)) - before).toBe(37n);
    expect(await bob.wallet.passes()).toContain(tokenId);
    await bob.wallet.cancelOffer({ offerId: second.offerId });
    expect(await alice.wallet.offers()).toEqual([]);
    await returnPass();
  });

  test("CurrencyMismatch, TokenMismatch and OfferNotOpen when they aren't as they were seen", async () => {
    const { currency } = coin;
    const amount = 3n;
    const { offerId } = await bob.wallet.makeOffer({ tokenId: alice.pass, collection, amount });
    const seen = { offerId, tokenId: alice.pass, collection, amount };
    const accept = (changed: object) => alice.wallet.acceptOffer({ ...seen, ...changed });
    await expect(accept({ currency })).rejects.toMatchObject(refusedWith("CurrencyMismatch"));
    await expect(accept({ tokenId: bob.pass })).rejects.toMatchObject(refusedWith("TokenMismatch"));
    await expect(accept({ offerId: 99n })).rejects.toMatchObject(refusedWith("OfferNotOpen"));
    await bob.wallet.cancelOffer({ offerId });
  });

  test("cancelled by who made them, and what was in escrow comes back", async () => {
    const amount = 10n ** 18n;
    const { offerId } = await bob.wallet.makeOffer({ collection, amount });
    await expect(alice.wallet.cancelOffer({ offerId })).rejects.toMatchObject(
      refusedWith("NotBidder"),
    );
    const before = await bob.wallet.balances();
    await bob.wallet.cancelOffer({ offerId });
    const after = await bob.wallet.balances();
    // less a fee, far below a tenth of it
    expect(after.zkWei - before.zkWei).toBeGreaterThan((amount * 9n) / 10n);
  });

  test("InvalidExpiry for longer than a year", async () => {
    const offer = bob.wallet.makeOffer({ collection, amount: 1n, expiresInMs: 366 * 86_400_000 });
    await expect(offer).rejects.toMatchObject(refusedWith("InvalidExpiry"));
  });
});

test("NothingToWithdraw for a key's account: it takes what it is paid at once", async () => {
  expect(await alice.wallet.proceeds()).toBe(0n);
  await expect(alice.wallet.withdrawProceeds()).rejects.toMatchObject(
    refusedWith("NothingToWithdraw"),
  );
});
