import { contractAddresses, portalAbi } from "@weft/contracts";
import {
  type Address,
  assert,
  chainNumber,
  encodeFastTransaction,
  encodeZkTransaction,
  type Hash,
  hashTransaction,
  ledgerHeight,
  ZERO_ADDRESS,
} from "@weft/protocol";
import { encodeFunctionData, parseEventLogs } from "viem";
import { ClientError } from "../errors.ts";
import { fastPortalAbi } from "../fastPortalAbi.ts";
import { FAST_POLL_MS } from "../limits.ts";
import type { ChainClients } from "./chainClients.ts";
import { type PollOptions, pollUntil } from "./pollUntil.ts";
import type { Transactor } from "./transactor.ts";

const { portal } = contractAddresses;

export type CrossingRequest = PollOptions & {
  readonly amountWei: bigint;
  /** Who gets it on the other chain. Default: the sender. */
  readonly recipient?: Address;
};

/** Value that has arrived on the other chain. */
export type Crossing = {
  /** From sending to arrival, as this client saw it. */
  readonly ms: number;
  readonly zkTransactionHash: Hash;
  readonly fastTransactionHash: Hash;
};

/**
 * Deposits ZKPoW with the portal; resolves when it is credited on the fast chain.
 * @throws ClientError as `Transactor.callZk`; after CHAIN_TIMEOUT with `zkTransactionHash` in the
 * details it is on its way, and nothing is lost.
 */
export async function depositToFastChain(
  clients: ChainClients,
  transactor: Transactor,
  { amountWei, recipient = transactor.address, ...options }: CrossingRequest,
): Promise<Crossing> {
  const startedMs = performance.now();
  const deposit = { to: portal, abi: portalAbi, functionName: "deposit", value: amountWei };
  const receipt = await transactor.callZk({ ...deposit, args: [recipient] }, options);
  const [event] = parseEventLogs({ abi: portalAbi, eventName: "Deposited", logs: receipt.logs });
  assert(event !== undefined, "the portal takes no value without an event");
  // What the ledger will say is known beforehand, so its hash is.
  const credited = encodeFastTransaction({
    type: "deposit",
    nonce: event.args.nonce,
    asset: lower(event.args.asset),
    recipient: lower(event.args.recipient),
    amount: event.args.amount,
    zkNumber: chainNumber(Number(receipt.blockNumber)),
  });
  const fastTransactionHash = hashTransaction(credited);
  const zkTransactionHash = receipt.transactionHash;
  const details = { zkTransactionHash, fastTransactionHash };
  await waitInLedger(clients, receipt.blockHash, fastTransactionHash, options, details);
  return { ms: performance.now() - startedMs, zkTransactionHash, fastTransactionHash };
}

/**
 * Withdraws ZKPoW from the fast chain; resolves when the portal has released it on the ZK chain.
 * @throws ClientError as `Transactor.sendFast`; after CHAIN_TIMEOUT with `fastTransactionHash` in the
 * details it is on its way, and nothing is lost.
 */
export async function withdrawToZkChain(
  clients: ChainClients,
  transactor: Transactor,
  { amountWei, recipient = transactor.address, ...options }: CrossingRequest,
): Promise<Crossing> {
  const startedMs = performance.now();
  const fromBlock = await clients.zk.getBlockNumber({ cacheTime: 0 });
  const data = encodeFunctionData({
    abi: fastPortalAbi,
    functionName: "withdraw",
    args: [ZERO_ADDRESS, amountWei, recipient],
  });
  const sent = await transactor.sendFast("withdraw", { to: portal, data }, options);
  const fastTransactionHash = sent.transactionHash;
  const block = await clients.ledgerBlock(sent.blockHash);
  const releases = async () => {
    const events = await clients.zk.getContractEvents({
      address: portal,
      abi: portalAbi,
      eventName: "Released",
      args: { asset: ZERO_ADDRESS, recipient },
      fromBlock,
      strict: true,
    });
    // The release names the fast block of its withdrawal, and its hash is over that.
    return events.find(({ args, transactionHash }) => {
      const { nonce, amount } = args;
      const fromHeight = ledgerHeight(block.height);
      const release = {
        nonce,
        asset: ZERO_ADDRESS,
        recipient: lower(recipient),
        amount,
        fromHeight,
      };
      return (
        amount === amountWei &&
        transactionHash === hashTransaction(encodeZkTransaction({ type: "release", ...release }))
      );
    });
  };
  const details = { fastTransactionHash };
  const released = await pollUntil(releases, "the release", FAST_POLL_MS, options, details);
  const zkTransactionHash = released.transactionHash;
  const ms = performance.now() - startedMs;
  if (!released.args.isClaimable) return { ms, zkTransactionHash, fastTransactionHash };
  throw new ClientError(
    "TRANSACTION_REVERTED",
    "the recipient took no payment: it can be claimed",
    {
      details: { ...details, zkTransactionHash, claimable: true },
    },
  );
}

/** Resolves when the ledger has a transaction in a block after a certain one. */
async function waitInLedger(
  clients: ChainClients,
  afterBlock: Hash,
  transactionHash: Hash,
  options: PollOptions,
  details: Record<string, unknown>,
): Promise<void> {
  const block = await clients.ledgerBlock(afterBlock);
  let nextHeight = block.height + 1;
  const look = async () => {
    const blocks = await clients.ledgerBlocks(nextHeight);
    nextHeight += blocks.length;
    const isThere = blocks.some(({ transactions }) =>
      transactions.some(({ hash }) => hash === transactionHash),
    );
    return isThere || undefined;
  };
  await pollUntil(look, "the credit", FAST_POLL_MS, options, details);
}

const lower = (address: string) => address.toLowerCase() as Address;
