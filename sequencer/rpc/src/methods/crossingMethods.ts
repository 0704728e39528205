import {
  type ChainNumber,
  type Deposit,
  decodeFastTransaction,
  decodeZkTransaction,
  type Hash,
  hashTransaction,
  type Release,
} from "@weft/protocol";
import type { Crossing, CrossingList } from "../answers.ts";
import type { Place } from "../ledgerIndex/ledgerEntries.ts";
import { defineMethod } from "../method.ts";
import { durableBlock, type WeftContext } from "../weftContext.ts";
import { listParams, pageOf } from "./listParams.ts";

type Side = Crossing["left"];

/** What crossed, newest arrival first. */
export function crossingMethods(context: WeftContext) {
  const { index, fastChain } = context;
  return {
    weft_getCrossings: defineMethod(listParams, async (params): Promise<CrossingList> => {
      const { entries, fromHeight } = await index.newest();
      const arrivals = [...entries.deposits.newestFirst(), ...entries.releases.newestFirst()];
      const { from, to } = pageOf(params);
      const asked = arrivals.sort((a, b) => b.height - a.height || b.index - a.index);
      const crossings = [];
      for (const place of asked.slice(from, to)) {
        const crossing = await readCrossing(context, place);
        if (crossing !== undefined) crossings.push(crossing);
      }
      return {
        crossings,
        total: arrivals.length,
        deposits: fastChain.deposits.toString(),
        withdrawals: fastChain.withdrawals.toString(),
        fromHeight,
      };
    }),
  };
}

async function readCrossing(context: WeftContext, place: Place): Promise<Crossing | undefined> {
  const block = durableBlock(context.ledger, place.height);
  const raw = block?.transactions[place.index];
  if (block === undefined || raw === undefined) return undefined;
  const { chainId, height, timestampMs } = block.header;
  const arrived = { height, timestampMs, transactionHash: hashTransaction(raw) };
  if (chainId === context.fastChain.chainId) {
    const deposit = decodeFastTransaction(raw);
    if (deposit.type !== "deposit") return undefined;
    return {
      direction: "toFast",
      ...moved(deposit),
      left: await leftZk(context, deposit),
      arrived,
    };
  }
  const release = decodeZkTransaction(raw);
  if (release.type !== "release") return undefined;
  return { direction: "toZk", ...moved(release), left: leftFast(context, release), arrived };
}

function moved({ nonce, asset, recipient, amount }: Deposit | Release) {
  return { nonce: nonce.toString(), asset, recipient, amount: amount.toString() };
}

/** The transaction in whose course the portal took it in. */
async function leftZk(
  { ledger, zkChain, zkChainId, fastChain }: WeftContext,
  { nonce, zkNumber }: Deposit,
): Promise<Side> {
  const header = ledger.blockByNumber(zkChainId, zkNumber as ChainNumber)?.header;
  if (header === undefined) return null;
  // The portal's events carry the deposit's nonce as their first topic.
  const topic: Hash = `0x${nonce.toString(16).padStart(64, "0")}`;
  const receipts = (await zkChain.blockReceipts(zkNumber as ChainNumber)) ?? [];
  const receipt = receipts.find(({ logs, type }) =>
    // the ledger's own transactions are releases, which have nonces of their own
    logs.some(
      ({ address, topics }) =>
        type !== RELEASE_TYPE && address === fastChain.portal && topics[1] === topic,
    ),
  );
  return { height: header.height, transactionHash: receipt?.transactionHash ?? null };
}

/** EIP-2718 type of the ledger's own transactions on the ZK chain. */
const RELEASE_TYPE = 0x5a;

/** The withdrawal. Of several alike in one block, which is which makes no difference. */
function leftFast({ ledger, signed }: WeftContext, release: Release): Side {
  const block = durableBlock(ledger, release.fromHeight);
  const raw = block?.transactions.find((one) => {
    if (decodeFastTransaction(one).type !== "signed") return false;
    const { portalCall } = signed.fast(one);
    return (
      portalCall?.type === "withdraw" &&
      portalCall.asset === release.asset &&
      portalCall.recipient === release.recipient &&
      portalCall.amount === release.amount
    );
  });
  if (block === undefined) return null;
  return { height: block.header.height, transactionHash: raw ? hashTransaction(raw) : null };
}
