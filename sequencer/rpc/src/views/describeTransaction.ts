import {
  type Block,
  decodeFastTransaction,
  decodeZkTransaction,
  type FastTransaction,
  hashTransaction,
  sessionIdOf,
} from "@weft/protocol";
import type { PlainObject, Transaction } from "../answers.ts";
import { MAX_SHOWN_EVENTS } from "../ledgerIndex/limits.ts";
import type { SignedContent } from "../ledgerIndex/signedReader.ts";
import type { WeftContext } from "../weftContext.ts";
import { describeRoomEvent } from "./describeRoomEvent.ts";
import { toPlainJson } from "./plainJson.ts";

/** A transaction of either chain, decoded: where it is, what kind it is, what it says. */
export function describeTransaction(
  context: WeftContext,
  block: Block,
  index: number,
  maxEvents: number = MAX_SHOWN_EVENTS,
): Transaction | null {
  const raw = block.transactions[index];
  if (raw === undefined) return null;
  const { header, hash: blockHash } = block;
  const isFast = header.chainId === context.fastChain.chainId;
  const { kind, content } = isFast ? fastContent(context, raw, maxEvents) : zkContent(context, raw);
  return {
    hash: hashTransaction(raw),
    chain: isFast ? "fast" : "zk",
    chainId: header.chainId,
    height: header.height,
    number: header.number,
    blockHash,
    timestampMs: header.timestampMs,
    index,
    sizeBytes: raw.length,
    kind,
    content,
  };
}

type Described = { readonly kind: string; readonly content: PlainObject };

function fastContent(context: WeftContext, raw: Uint8Array, maxEvents: number): Described {
  const transaction = decodeFastTransaction(raw);
  const { type: kind } = transaction;
  if (kind === "signed") {
    const { portalCall, ...signed } = context.signed.fast(raw);
    const call = portalCall === undefined ? {} : { portalCall: toPlainJson(portalCall) };
    return { kind, content: { ...signedContent(signed), ...call } };
  }
  return { kind, content: ownContent(context, transaction, maxEvents) };
}

type OwnTransaction = Exclude<FastTransaction, { type: "signed" }>;

function ownContent(
  { fastChain }: WeftContext,
  transaction: OwnTransaction,
  maxEvents: number,
): PlainObject {
  if (transaction.type === "roomEvents") {
    const { room, firstIndex, events } = transaction;
    const shown = events.slice(0, maxEvents).map(describeRoomEvent);
    return { room, firstIndex, count: events.length, events: shown };
  }
  const { type, ...content } = transaction;
  const plain = toPlainJson(content) as PlainObject;
  if (transaction.type !== "openSession") return plain;
  return { sessionId: sessionIdOf(fastChain.chainId, transaction.grant), ...plain };
}

function zkContent(context: WeftContext, raw: Uint8Array): Described {
  const transaction = decodeZkTransaction(raw);
  const { type: kind, ...content } = transaction;
  if (kind === "signed") return { kind, content: signedContent(context.signed.zk(raw)) };
  return { kind, content: toPlainJson(content) as PlainObject };
}

/** Amounts are in wei. */
function signedContent({ from, to, tx }: SignedContent): PlainObject {
  return toPlainJson({
    from,
    to: to ?? null,
    nonce: tx.nonce,
    value: tx.value,
    gasLimit: tx.gasLimit,
    ethereumType: tx.type,
    input: tx.data,
  }) as PlainObject;
}
