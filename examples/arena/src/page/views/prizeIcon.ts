import { html, svg, type TemplateResult } from "lit-html";

const SHAPES: Readonly<Record<string, { readonly color: string; readonly path: string }>> = {
  crown: {
    color: "#ffd35c",
    path: "M10 46 6 18l14 10L32 10l12 18 14-10-4 28z M10 50h44v6H10z",
  },
  medal: {
    color: "#d5e2f7",
    path: "M22 6h20l-6 18h-8z M32 24a16 16 0 1 1 0 32 16 16 0 0 1 0-32z",
  },
  ribbon: {
    color: "#ff9a7a",
    path: "M32 6a16 16 0 1 1 0 32 16 16 0 0 1 0-32z M22 36l-6 22 16-8 16 8-6-22z",
  },
};
const OTHER = { color: "#9fd0ff", path: "M32 6 56 32 32 58 8 32z" };

/** A prize's picture; its name stands beside it. */
export function prizeIcon(item: string): TemplateResult {
  const { color, path } = SHAPES[item] ?? OTHER;
  return html`<svg class="icon" viewBox="0 0 64 64" aria-hidden="true">
    ${svg`<path d=${path} fill=${color} />`}
  </svg>`;
}
