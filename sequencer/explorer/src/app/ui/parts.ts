import { html, nothing, type TemplateResult } from "lit-html";
import { formatCount } from "./format.ts";

type Cell = TemplateResult | string | number | typeof nothing;

/** Names and values. What is undefined is left out. */
export function facts(rows: Readonly<Record<string, Cell | undefined>>): TemplateResult {
  const known = Object.entries(rows).filter(([, value]) => value !== undefined);
  return html`<dl class="facts">
    ${known.map(
      ([name, value]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${value}</dd>
        </div>`,
    )}
  </dl>`;
}

export type Column = string | { readonly name: string; readonly isNumber: true };

/** A table that scrolls sideways where it doesn't fit. */
export function table(
  caption: string,
  columns: readonly Column[],
  rows: readonly TemplateResult[],
  empty: string,
): TemplateResult {
  if (rows.length === 0) return html`<p class="note">${empty}</p>`;
  return html`<div class="scroll" role="region" aria-label=${caption} tabindex="0">
    <table>
      <caption class="hidden">
        ${caption}
      </caption>
      <thead>
        <tr>
          ${columns.map((column) =>
            typeof column === "string"
              ? html`<th scope="col">${column}</th>`
              : html`<th scope="col" class="right">${column.name}</th>`,
          )}
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </div>`;
}

export const number = (name: string): Column => ({ name, isNumber: true });

/** Buttons to the pages of a list. */
export function pager(options: {
  readonly from: number;
  readonly perPage: number;
  readonly total: number;
  readonly unit: string;
  readonly go: (from: number) => void;
}): TemplateResult | typeof nothing {
  const { from, perPage, total, unit, go } = options;
  if (total <= perPage) return nothing;
  const to = Math.min(total, from + perPage);
  return html`<nav class="pager" aria-label="Pages of ${unit}">
    <button ?disabled=${from === 0} @click=${() => go(Math.max(0, from - perPage))}>Newer</button>
    <span>${formatCount(from + 1)} to ${formatCount(to)} of ${formatCount(total)} ${unit}</span>
    <button ?disabled=${to >= total} @click=${() => go(from + perPage)}>Older</button>
  </nav>`;
}

/** How far back a list goes, where that isn't to the first block. */
export function reachNote(fromHeight: number): TemplateResult | typeof nothing {
  if (fromHeight === 0) return nothing;
  return html`<p class="note">
    Looked back to height ${formatCount(fromHeight)}; what is older is found by its height.
  </p>`;
}
