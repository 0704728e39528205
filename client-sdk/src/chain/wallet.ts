import { contractAddresses } from "@weft/contracts";
import { type Address, type Hash, ZERO_ADDRESS } from "@weft/protocol";
import { encodeFunctionData } from "viem";
import { fastPortalAbi } from "../fastPortalAbi.ts";
import type { ChainAccount } from "./chainAccount.ts";
import type { ChainClients } from "./chainClients.ts";
import { createQueue } from "./createQueue.ts";
import {
  type Crossing,
  type CrossingRequest,
  depositToFastChain,
  withdrawToZkChain,
} from "./crossing.ts";
import {
  type BuyRequest,
  buyListing,
  cancelListing,
  type Listing,
  type ListRequest,
  listToken,
  readListings,
  readProceeds,
  withdrawProceeds,
} from "./market/listings.ts";
import type { MarketReceipt } from "./market/marketContract.ts";
import {
  type AcceptOfferRequest,
  acceptOffer,
  cancelOffer,
  type MakeOfferRequest,
  makeOffer,
} from "./market/offers.ts";
import { type Offer, readOffers } from "./market/readOffers.ts";
import type { PollOptions } from "./pollUntil.ts";
import { type BindRequest, bindPass, type Item, readItems, readPasses } from "./tokens.ts";
import { createTransactor, type Transactor } from "./transactor.ts";

export type TransferRequest = PollOptions & {
  readonly to: Address;
  /** In the asset's smallest unit. */
  readonly amountWei: bigint;
  /** A token of the ZK chain that was deposited. Default: ZKPoW. */
  readonly asset?: Address;
};

/**
 * What an account owns and can do on both chains. Every method that sends throws ClientError
 * TRANSACTION_REFUSED (with the contract's `errorName` or the chain's `code` in the details),
 * TRANSACTION_REVERTED, CHAIN_TIMEOUT, ABORTED.
 */
export type Wallet = {
  /** Lower case. */
  readonly address: Address;
  /** ZKPoW on both chains. */
  balances(): Promise<{ readonly zkWei: bigint; readonly fastWei: bigint }>;
  depositToFastChain(request: CrossingRequest): Promise<Crossing>;
  withdrawToZkChain(request: CrossingRequest): Promise<Crossing>;
  /** Sends value on the fast chain; resolves when it is on disk. */
  transferFast(request: TransferRequest): Promise<{ readonly transactionHash: Hash }>;
  /** Token ids of the passes that the account owns. */
  passes(): Promise<readonly bigint[]>;
  /**
   * Lets an identity log in with a pass that this account owns, in place of the one that could before.
   * Lasts until the pass changes hands.
   */
  bindPass(request: BindRequest): Promise<{ readonly transactionHash: Hash }>;
  items(): Promise<readonly Item[]>;
  /** Everything on the market, whoever sells it. */
  listings(): Promise<readonly Listing[]>;
  /** Puts a token up for sale, in ZKPoW or an ERC-20; approves the market for it first if need be. */
  list(request: ListRequest): Promise<MarketReceipt & { readonly listingId: bigint }>;
  /** Buys a listing as it was seen, so a `Listing` can be given; approves an ERC-20 first if need be. */
  buy(request: BuyRequest): Promise<MarketReceipt>;
  cancel(request: PollOptions & { readonly listingId: bigint }): Promise<MarketReceipt>;
  /** Everybody's offers, expired ones too. */
  offers(): Promise<readonly Offer[]>;
  /** Offers to buy a token, or any of a collection; approves an ERC-20 first if need be. */
  makeOffer(request: MakeOfferRequest): Promise<MarketReceipt & { readonly offerId: bigint }>;
  /** Sells a token to who offered, for what was seen; approves the market for it first if need be. */
  acceptOffer(request: AcceptOfferRequest): Promise<MarketReceipt>;
  /** Ends one's own offer; ZKPoW comes back. */
  cancelOffer(request: PollOptions & { readonly offerId: bigint }): Promise<MarketReceipt>;
  /** ZKPoW from sales that the account, a contract, didn't take when they were made. */
  proceeds(): Promise<bigint>;
  withdrawProceeds(options?: PollOptions): Promise<MarketReceipt>;
};

export function createWallet(account: ChainAccount, clients: ChainClients): Wallet {
  const transactor = createTransactor(account, clients);
  const { address } = transactor;
  const { zk, fast } = clients;
  // One after another: each looks at what the market may take before it asks for more.
  const payments = createQueue();
  return {
    address,
    async balances() {
      const [zkWei, fastWei] = await Promise.all([
        zk.getBalance({ address }),
        fast.getBalance({ address }),
      ]);
      return { zkWei, fastWei };
    },
    depositToFastChain: (request) => depositToFastChain(clients, transactor, request),
    withdrawToZkChain: (request) => withdrawToZkChain(clients, transactor, request),
    transferFast: (request) => transferFast(transactor, request),
    passes: () => readPasses(zk, address),
    bindPass: (request) => bindPass(transactor, request),
    items: () => readItems(zk, address),
    listings: () => readListings(zk),
    list: (request) => listToken(zk, transactor, request),
    buy: (request) => payments(() => buyListing(zk, transactor, request)),
    cancel: (request) => cancelListing(transactor, request),
    offers: () => readOffers(zk),
    makeOffer: (request) => payments(() => makeOffer(zk, transactor, request)),
    acceptOffer: (request) => acceptOffer(zk, transactor, request),
    cancelOffer: (request) => cancelOffer(transactor, request),
    proceeds: () => readProceeds(zk, address),
    withdrawProceeds: (options) => withdrawProceeds(transactor, options),
  };
}

async function transferFast(
  transactor: Transactor,
  { to, amountWei, asset = ZERO_ADDRESS, ...options }: TransferRequest,
) {
  const call =
    asset === ZERO_ADDRESS
      ? { to, value: amountWei }
      : { to: contractAddresses.portal, data: transferCall(asset, to, amountWei) };
  const { transactionHash } = await transactor.sendFast("transfer", call, options);
  return { transactionHash };
}

function transferCall(asset: Address, to: Address, amount: bigint) {
  return encodeFunctionData({
    abi: fastPortalAbi,
    functionName: "transfer",
    args: [asset, to, amount],
  });
}
