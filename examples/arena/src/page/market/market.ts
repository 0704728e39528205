import type { Item, Listing, Wallet, WeftClient } from "@weft/client-sdk";
import { contractAddresses, gameItemsAbi } from "@weft/contracts";
import { ZERO_ADDRESS } from "@weft/protocol";
import { hexToString, parseEther } from "viem";
import { type Described, describeError } from "../describeError.ts";

/** Listings that are shown; the newest ones of more. */
const MAX_SHOWN = 60;
/** Below this a purse is filled up by the faucet, where there is one. */
const LOW_WEI = parseEther("1");

/** A prize on the market, with its name. */
export type Offer = Listing & { readonly item: string; readonly isMine: boolean };

/** What is for sale and what the player has. Everything is the purse's: the account that prizes go to. */
export class Market {
  readonly #client: WeftClient;
  readonly #purse: Wallet;
  readonly #onChange: () => void;
  /** Of tokens, which never change. */
  readonly #names = new Map<bigint, string>();
  balanceWei: bigint | undefined;
  items: readonly Item[] = [];
  offers: readonly Offer[] = [];
  error: Described | undefined;
  /** What was done last, for people. */
  notice = "";
  /** What is being done: "refresh", "list 7", … */
  busy: string | undefined;

  constructor(client: WeftClient, purse: Wallet, onChange: () => void) {
    this.#client = client;
    this.#purse = purse;
    this.#onChange = onChange;
  }

  get address(): string {
    return this.#purse.address;
  }

  refresh(): Promise<void> {
    return this.#do("refresh", "", async () => {});
  }

  list(tokenId: bigint, priceZkpow: string): Promise<void> {
    return this.#do(`list ${tokenId}`, `#${tokenId} is on the market.`, async () => {
      const price = parsePrice(priceZkpow);
      await this.#fill();
      await this.#purse.list({ tokenId, price });
    });
  }

  buy(offer: Offer): Promise<void> {
    const done = `${offer.item} #${offer.tokenId} is yours.`;
    return this.#do(`buy ${offer.listingId}`, done, async () => {
      await this.#fill();
      await this.#purse.buy(offer);
    });
  }

  cancel({ listingId, tokenId }: Offer): Promise<void> {
    return this.#do(`cancel ${listingId}`, `#${tokenId} is back in your purse.`, async () => {
      await this.#purse.cancel({ listingId });
    });
  }

  /** One thing at a time, then everything is read anew. */
  async #do(name: string, done: string, work: () => Promise<void>): Promise<void> {
    if (this.busy !== undefined) return;
    this.busy = name;
    this.error = undefined;
    this.notice = "";
    this.#onChange();
    try {
      await work();
      this.notice = done;
    } catch (error) {
      this.error = describeError(error);
    }
    try {
      await this.#read();
    } catch (error) {
      this.error ??= describeError(error);
    }
    this.busy = undefined;
    this.#onChange();
  }

  async #read(): Promise<void> {
    const [balances, items, listings] = await Promise.all([
      this.#purse.balances(),
      this.#purse.items(),
      this.#purse.listings(),
    ]);
    const shown = listings
      .filter(({ collection, currency }) => {
        return (
          collection === contractAddresses.gameItems.toLowerCase() && currency === ZERO_ADDRESS
        );
      })
      .slice(-MAX_SHOWN);
    const named = shown.map(async (listing) => ({
      ...listing,
      item: await this.#nameOf(listing.tokenId),
      isMine: listing.seller === this.#purse.address,
    }));
    this.offers = await Promise.all(named);
    this.items = items;
    this.balanceWei = balances.zkWei;
  }

  /** Gas and something to pay with, in development. */
  async #fill(): Promise<void> {
    const { zkWei } = await this.#purse.balances();
    const { faucet } = await this.#client.info();
    if (zkWei < LOW_WEI && faucet) await this.#client.faucet(this.#purse.address);
  }

  async #nameOf(tokenId: bigint): Promise<string> {
    const known = this.#names.get(tokenId);
    if (known !== undefined) return known;
    const item = await this.#client.zk.readContract({
      address: contractAddresses.gameItems,
      abi: gameItemsAbi,
      functionName: "itemOf",
      args: [tokenId],
    });
    const name = hexToString(item, { size: 32 });
    this.#names.set(tokenId, name);
    return name;
  }
}

/** @throws RangeError for what is no price */
function parsePrice(text: string): bigint {
  const price = /^\d{1,9}(\.\d{1,18})?$/.test(text.trim()) ? parseEther(text.trim()) : 0n;
  if (price > 0n) return price;
  throw new RangeError("A price is a number above zero, such as 1.5");
}
