import { html, type TemplateResult } from "lit-html";

export function loadingMessage(title: string): TemplateResult {
  return html`<h1>${title}</h1>
    <p class="note" role="status">Loading …</p>`;
}

export function missingMessage(title: string, message?: string): TemplateResult {
  return html`<h1>${title}</h1>
    <p class="note" role="status">
      ${message ?? "This node has nothing of the kind."} The page looks again as the ledger grows.
    </p>`;
}

export function failedMessage(title: string, error: Error): TemplateResult {
  return html`<h1>${title}</h1>
    <p class="note bad" role="alert">${error.message}</p>`;
}
