import { html, type TemplateResult } from "lit-html";
import type { Described } from "../describeError.ts";

/** Where nothing else can be shown. */
export function brokenView({ code, text }: Described): TemplateResult {
  return html`<main class="center">
    <section class="panel">
      <h1>The arena can't start here</h1>
      <p>${text}</p>
      <p class="soft">${code}</p>
    </section>
  </main>`;
}
