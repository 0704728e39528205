import { html, type TemplateResult } from "lit-html";
import type { App } from "../app.ts";
import { prizeIcon } from "./prizeIcon.ts";
import { sellForm } from "./sellForm.ts";

/** What one has just won, and what one can do with it. */
export function prizeCard(
  app: App,
  { tokenId, item }: { readonly tokenId: bigint; readonly item: string },
): TemplateResult {
  const { market } = app;
  const isOnSale = market?.offers.some((offer) => offer.isMine && offer.tokenId === tokenId);
  return html`<article class="prize" data-token=${String(tokenId)}>
    ${prizeIcon(item)}
    <div>
      <h3>${item} <span class="soft">#${tokenId}</span></h3>
      <p class="soft small">
        A token on the ZK chain, in an account that nobody can tie to your wallet.
      </p>
      ${
        isOnSale
          ? html`<p class="good small">It is on the market.</p>`
          : market === undefined
            ? ""
            : sellForm(market, tokenId)
      }
      ${market?.error === undefined ? "" : html`<p class="error small" role="alert">${market.error.text}</p>`}
    </div>
  </article>`;
}
