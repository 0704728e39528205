import type { Address, Hex } from "@weft/protocol";
import type { LedgerBlock, Transaction, TransactionSummary } from "@weft/rpc/answers";
import { html, type TemplateResult } from "lit-html";
import { decodeCall } from "../contracts.ts";
import { counted, formatCount } from "../ui/format.ts";
import { addressLink, amountOf, kindBadge, placeLink, roomLink } from "../ui/links.ts";

/** What a block has, in a line: its kinds, each with how many. The ZK chain's `begin` is in every block. */
export function blockContents({ height, transactions }: LedgerBlock): TemplateResult {
  const kinds = new Map<string, { count: number; events: number; first: number }>();
  transactions.forEach(({ kind, events = 0 }, index) => {
    if (kind === "begin") return;
    const known = kinds.get(kind) ?? { count: 0, events: 0, first: index };
    kinds.set(kind, { ...known, count: known.count + 1, events: known.events + events });
  });
  return html`${[...kinds].map(([kind, { count, events, first }]) => {
    const many = events > 0 ? formatCount(events) : count > 1 ? formatCount(count) : "";
    return html`<span class="item">${placeLink(height, first, kindBadge(kind))} ${many}</span>`;
  })}`;
}

/** What one of a block's transactions is about. */
export function summaryOf({ room, events }: TransactionSummary): TemplateResult | string {
  if (room === undefined) return "";
  return html`${roomLink(room)}, ${counted(events ?? 0, "event")}`;
}

const text = (value: unknown): string => (typeof value === "string" ? value : "");

/** What a decoded transaction did, in a line. */
export function transactionStory({ kind, content }: Transaction): TemplateResult | string {
  switch (kind) {
    case "signed":
      return signedStory(content);
    case "deposit":
    case "release":
      return html`${amountOf(text(content.asset), text(content.amount))} for
      ${addressLink(text(content.recipient))}`;
    case "openSession":
      return html`a login for ${text((content.grant as { game?: string })?.game)}`;
    case "createRoom":
      return html`${roomLink(text(content.room), text(content.name))}`;
    case "roomEvents":
      return html`${roomLink(text(content.room))}, ${counted(Number(content.count), "event")}`;
    default:
      return "";
  }
}

function signedStory(content: Transaction["content"]): TemplateResult {
  const crossing = content.portalCall as
    | { type: string; asset: string; amount: string; recipient: string }
    | undefined;
  if (crossing !== undefined) {
    const { type, asset, amount, recipient } = crossing;
    const verb = type === "withdraw" ? "leaves for the ZK chain, for" : "to";
    return html`${amountOf(asset, amount)} ${verb} ${addressLink(recipient)}`;
  }
  const to = content.to === null ? "a new contract" : addressLink(text(content.to));
  const value = text(content.value);
  const amount = value === "0" ? "" : html`${amountOf(`0x${"0".repeat(40)}`, value)}`;
  const name = decodeCall(content.to as Address | null, text(content.input) as Hex)?.name;
  const call = name === undefined ? "" : html`<span class="call">${name}</span>`;
  return html`${addressLink(text(content.from))} → ${to} ${call} ${amount}`;
}
