import type { Address, Hex } from "@weft/protocol";
import type { PlainObject, RoomEvent, Transaction } from "@weft/rpc/answers";
import { html, type TemplateResult } from "lit-html";
import { decodeCall, decodeLog, type Named } from "../contracts.ts";
import { createLoadedView } from "../loadedView.ts";
import { toHash } from "../router.ts";
import type { EthReceipt } from "../rpc/ethAnswers.ts";
import { formatBytes, formatCount, formatDateTime, formatUnits, spaced } from "../ui/format.ts";
import {
  addressLink,
  amountOf,
  blockLink,
  chainBadge,
  roomLink,
  sessionLink,
  wholeHex,
} from "../ui/links.ts";
import { facts } from "../ui/parts.ts";
import { plainValue } from "../ui/plainValue.ts";
import type { View, ViewContext } from "../view.ts";
import { eventRows } from "./roomEvents.ts";

type Loaded = { readonly transaction: Transaction; readonly receipt: EthReceipt | null };

/** A transaction, by its hash, or by its place: `height.index`. */
export function createTransactionView(context: ViewContext, ref: string): View {
  return createLoadedView<Loaded>(context, {
    title: "Transaction",
    missing:
      "No transaction like this was found. Of one that is older than this node's index reaches, open its block.",
    load: () => loadTransaction(context, ref),
    show: showTransaction,
  });
}

async function loadTransaction({ rpc }: ViewContext, ref: string): Promise<Loaded | null> {
  const [, height, index] = /^(\d{1,15})\.(\d{1,6})$/.exec(ref) ?? [];
  const place = height === undefined ? ref : { height: Number(height), index: Number(index) };
  const transaction = await rpc.call<Transaction | null>("fast", "weft_getTransaction", place);
  if (transaction === null) return null;
  const isExecuted = transaction.chain === "zk" && transaction.kind !== "begin";
  const receipt = isExecuted
    ? await rpc.call<EthReceipt | null>("zk", "eth_getTransactionReceipt", transaction.hash)
    : null;
  return { transaction, receipt };
}

function showTransaction({ transaction, receipt }: Loaded): TemplateResult {
  const { chain, kind, height, index, hash, sizeBytes, timestampMs } = transaction;
  return html`<div class="title">
      <h1>Transaction: ${spaced(kind)}</h1>
      ${chainBadge(chain)}
      ${receipt === null ? "" : statusBadge(receipt)}
    </div>
    ${facts({
      Hash: wholeHex(hash),
      Block: html`${blockLink(height)}, transaction ${index}`,
      Ordered: formatDateTime(timestampMs),
      Size: formatBytes(sizeBytes),
    })}
    ${kind === "signed" ? signedFacts(transaction) : ownFacts(transaction)}
    ${receipt === null ? "" : receiptFacts(receipt)}`;
}

function statusBadge({ status }: EthReceipt): TemplateResult {
  return status === "0x1"
    ? html`<span class="badge good">succeeded</span>`
    : html`<span class="badge bad">reverted</span>`;
}

const asText = (value: unknown): string => (typeof value === "string" ? value : "");

function signedFacts({ chain, content }: Transaction): TemplateResult {
  const to = content.to as Address | null;
  const input = asText(content.input) as Hex;
  const call = chain === "zk" ? decodeCall(to, input) : undefined;
  return html`<h2>What it says</h2>
    ${facts({
      From: addressLink(asText(content.from)),
      To: to === null ? "a new contract" : addressLink(to),
      Value: amountOf(`0x${"0".repeat(40)}`, asText(content.value)),
      Nonce: html`<span class="num">${String(content.nonce)}</span>`,
      "Ethereum type": String(content.ethereumType),
      "Gas limit": html`<span class="num">${formatCount(Number(content.gasLimit))}</span>`,
      Call: call === undefined ? undefined : namedCall(call),
      Portal:
        content.portalCall === undefined
          ? undefined
          : plainValue(content.portalCall as PlainObject),
      Input: input === "0x" ? undefined : longHex(input),
    })}`;
}

/** As much as a block may carry, so it scrolls. */
function longHex(hex: string): TemplateResult {
  return html`<div class="long" role="region" aria-label="Input" tabindex="0">
    <code class="hex whole">${hex}</code>
  </div>`;
}

function namedCall({ name, args }: Named): TemplateResult {
  return html`<strong class="call">${name}</strong> ${plainValue(args)}`;
}

/** Of the ledger's own transactions. */
function ownFacts({ kind, content }: Transaction): TemplateResult {
  if (kind === "roomEvents") {
    const events = content.events as readonly RoomEvent[];
    const { room, count, firstIndex } = content as {
      room: string;
      count: number;
      firstIndex: number;
    };
    const placed = events.map((event, nth) => ({ ...event, index: firstIndex + nth }));
    return html`<h2>Events of ${roomLink(room)} <span class="count">${formatCount(count)}</span></h2>
      ${eventRows(placed as readonly RoomEvent[], false)}
      ${
        count > events.length
          ? html`<p class="note">The first ${events.length} are shown; <a href=${toHash("room", room)}>the room</a> has all.</p>`
          : ""
      }`;
  }
  const { sessionId, room, recipient, asset, amount, ...rest } = content;
  return html`<h2>What it says</h2>
    ${facts({
      Session: sessionId === undefined ? undefined : sessionLink(asText(sessionId)),
      Room: room === undefined ? undefined : roomLink(asText(room)),
      Recipient: recipient === undefined ? undefined : addressLink(asText(recipient)),
      Amount: amount === undefined ? undefined : amountOf(asText(asset), asText(amount)),
      ...Object.fromEntries(
        Object.entries(rest).map(([name, value]) => [titleOf(name), plainValue(value)]),
      ),
    })}`;
}

/** A field's name for people: `fromHeight` is `From height`. */
function titleOf(name: string): string {
  if (name === "zkNumber") return "In ZK block";
  return name[0]?.toUpperCase() + spaced(name.slice(1));
}

function receiptFacts(receipt: EthReceipt): TemplateResult {
  const fee = BigInt(receipt.gasUsed) * BigInt(receipt.effectiveGasPrice);
  return html`<h2>What it did</h2>
    ${facts({
      "Gas used": html`<span class="num">${formatCount(Number(receipt.gasUsed))}</span>`,
      Fee: html`<span class="num">${formatUnits(fee, 18, 12)}</span> ZKPoW`,
      "New contract":
        receipt.contractAddress === null ? undefined : addressLink(receipt.contractAddress),
      "State root before": wholeHex(receipt.preStateRoot),
      "State root after": wholeHex(receipt.postStateRoot),
    })}
    <h3>Events <span class="count">${receipt.logs.length}</span></h3>
    ${
      receipt.logs.length === 0
        ? html`<p class="note">None.</p>`
        : html`<ol class="logs">
            ${receipt.logs.map((log) => {
              const event = decodeLog(log);
              return html`<li>
                ${addressLink(log.address)}
                ${
                  event === undefined
                    ? plainValue({ topics: log.topics, data: log.data })
                    : namedCall(event)
                }
              </li>`;
            })}
          </ol>`
    }`;
}
