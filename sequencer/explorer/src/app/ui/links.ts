import type { ChainName } from "@weft/rpc/answers";
import { html, type TemplateResult } from "lit-html";
import { toHash } from "../router.ts";
import { formatCount, formatUnits, shortHex, spaced } from "./format.ts";
import { nameOf } from "./names.ts";

type Content = TemplateResult | string;

export const NONE = html`<span class="dim" title="not known">–</span>`;

export function blockLink(height: number | null | undefined): Content {
  if (height === null || height === undefined) return NONE;
  return html`<a class="num" href=${toHash("block", height)}>${formatCount(height)}</a>`;
}

function hexLink(kind: string, hex: string | null | undefined, digits?: number): Content {
  if (!hex) return NONE;
  return html`<a class="hex" href=${toHash(kind, hex)} title=${hex}>${shortHex(hex, digits)}</a>`;
}

export const transactionLink = (hash: string | null | undefined): Content => hexLink("tx", hash);
export const roundLink = (roundId: string | null | undefined): Content => hexLink("round", roundId);
export const sessionLink = (id: string | null | undefined): Content => hexLink("session", id);

/** A transaction by its place: such an address is good for as long as the ledger is. */
export function placeLink(height: number, index: number, text: Content): Content {
  return html`<a href=${toHash("tx", `${height}.${index}`)}>${text}</a>`;
}

export function roomLink(room: string, name?: string | null): Content {
  if (!name) return hexLink("room", room);
  return html`<a href=${toHash("room", room)} title=${room}>${name}</a>`;
}

export function addressLink(address: string | null | undefined): Content {
  if (!address) return NONE;
  const name = nameOf(address);
  if (name === undefined) return hexLink("address", address);
  return html`<a href=${toHash("address", address)} title=${address}>${name}</a>`;
}

/** With all of its digits, and its name if it has one. */
export function wholeAddressLink(address: string): TemplateResult {
  const name = nameOf(address);
  const link = html`<a class="hex whole" href=${toHash("address", address.toLowerCase())}>${address}</a>`;
  return name === undefined ? link : html`${link} <span class="dim">${name}</span>`;
}

const chainNames: Readonly<Record<ChainName, string>> = { fast: "fast", zk: "ZK" };

export function chainBadge(chain: ChainName): TemplateResult {
  return html`<span class="badge ${chain}">${chainNames[chain]}</span>`;
}

export function kindBadge(kind: string): TemplateResult {
  return html`<span class="kind">${spaced(kind)}</span>`;
}

/** Decimal text of the asset's smallest unit. Only ZKPoW's decimals are known. */
export function amountOf(asset: string, amount: string): Content {
  const isNative = /^0x0{40}$/.test(asset);
  if (!isNative) return html`<span class="num">${amount}</span> of ${addressLink(asset)}`;
  return html`<span class="num" title="${amount} wei">${formatUnits(BigInt(amount))}</span> ZKPoW`;
}

/** The whole of a hash, in lines that may break. */
export const wholeHex = (hex: string | null): Content =>
  hex === null ? NONE : html`<code class="hex whole">${hex}</code>`;
