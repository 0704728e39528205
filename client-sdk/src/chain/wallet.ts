import { contractAddresses } from "@weft/contracts";
import { type Address, type Hash, ZERO_ADDRESS } from "@weft/protocol";
import { encodeFunctionData, type LocalAccount } from "viem";
import { fastPortalAbi } from "../fastPortalAbi.ts";
import type { ChainClients } from "./chainClients.ts";
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
  type MarketReceipt,
  readListings,
} from "./market.ts";
import type { PollOptions } from "./pollUntil.ts";
import { type Item, readItems, readPasses } from "./tokens.ts";
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
  items(): Promise<readonly Item[]>;
  /** Everything on the market, whoever sells it. */
  listings(): Promise<readonly Listing[]>;
  list(request: ListRequest): Promise<MarketReceipt & { readonly listingId: bigint }>;
  buy(request: BuyRequest): Promise<MarketReceipt>;
  cancel(request: PollOptions & { readonly listingId: bigint }): Promise<MarketReceipt>;
};

export function createWallet(account: LocalAccount, clients: ChainClients): Wallet {
  const transactor = createTransactor(account, clients);
  const { address } = transactor;
  const { zk, fast } = clients;
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
    items: () => readItems(zk, address),
    listings: () => readListings(zk),
    list: (request) => listToken(zk, transactor, request),
    buy: (request) => buyListing(transactor, request),
    cancel: (request) => cancelListing(transactor, request),
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
