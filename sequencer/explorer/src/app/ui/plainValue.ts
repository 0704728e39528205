import type { PlainJson } from "@weft/rpc/answers";
import { html, type TemplateResult } from "lit-html";
import { bytes32ToText } from "../contracts.ts";
import { MAX_SHOWN_DEPTH, MAX_SHOWN_ENTRIES } from "../limits.ts";
import { wholeAddressLink } from "./links.ts";

/** Anything decoded, as a tree. */
export function plainValue(value: PlainJson | undefined, depth = 0): TemplateResult {
  if (value === null || value === undefined) return html`<span class="dim">none</span>`;
  if (typeof value === "object") {
    if (depth >= MAX_SHOWN_DEPTH) return html`<span class="dim">…</span>`;
    return entriesOf(value, depth);
  }
  if (typeof value !== "string") return html`<span class="num">${String(value)}</span>`;
  if (/^\d+$/.test(value)) return html`<span class="num">${value}</span>`;
  if (/^0x[0-9a-f]{40}$/i.test(value)) return wholeAddressLink(value);
  if (/^0x[0-9a-f]*…?$/i.test(value)) {
    return html`<code class="hex whole">${value}</code> ${textIn(value)}`;
  }
  return html`<span class="text">${value}</span>`;
}

/** Names of items and games are text in a `bytes32`. */
function textIn(hex: string): TemplateResult | "" {
  if (!/^0x([2-7][0-9a-f]){2,31}(00)+$/i.test(hex) || hex.length !== 66) return "";
  return html`<span class="dim">“${bytes32ToText(hex)}”</span>`;
}

function entriesOf(value: Exclude<PlainJson, null | boolean | number | string>, depth: number) {
  const entries = Object.entries(value);
  if (entries.length === 0) return html`<span class="dim">empty</span>`;
  const shown = entries.slice(0, MAX_SHOWN_ENTRIES);
  const left = entries.length - shown.length;
  return html`<dl class="tree">
      ${shown.map(
        ([name, field]) =>
          html`<div>
            <dt>${name}</dt>
            <dd>${plainValue(field, depth + 1)}</dd>
          </div>`,
      )}
    </dl>
    ${left > 0 ? html`<span class="dim">and ${left} more</span>` : ""}`;
}

/** One line of it, for tables. */
export function plainText(value: PlainJson | undefined): string {
  if (value === undefined) return "";
  if (typeof value === "string") return value;
  return JSON.stringify(value);
}
