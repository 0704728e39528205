import { html, type TemplateResult } from "lit-html";
import { formatEther } from "viem";
import type { App } from "../app.ts";
import type { Market, Offer } from "../market/market.ts";
import { prizeIcon } from "./prizeIcon.ts";
import { sellForm } from "./sellForm.ts";

/** What is for sale, and what one has. */
export function marketView(app: App, market: Market): TemplateResult {
  const { balanceWei, busy } = market;
  return html`<header>
      <h2 id="market-title">Market</h2>
      <button ?disabled=${busy !== undefined} @click=${() => market.refresh()}>Refresh</button>
      <button @click=${() => app.closeMarket()}>Close</button>
      <p class="soft small">
        Your purse: <strong>${balanceWei === undefined ? "…" : zkpow(balanceWei)}</strong>
        <span class="address">${shortAddress(market.address)}</span>
      </p>
    </header>
    ${
      balanceWei === 0n
        ? html`<p class="soft small">
            On a development server an empty purse is filled by the faucet when you first buy or sell.
          </p>`
        : ""
    }
    <div role="status" class="news">
      ${market.notice === "" ? "" : html`<p class="good">${market.notice}</p>`}
      ${
        market.error === undefined
          ? ""
          : html`<p class="error">
              ${market.error.text} <span class="code">${market.error.code}</span>
            </p>`
      }
    </div>
    <section aria-labelledby="offers-title">
      <h3 id="offers-title">For sale</h3>
      ${
        market.offers.length === 0
          ? html`<p class="soft">Nothing right now. Win a prize and be the first.</p>`
          : html`<ul class="cards">
              ${market.offers.map((offer) => offerCard(market, offer))}
            </ul>`
      }
    </section>
    <section aria-labelledby="items-title">
      <h3 id="items-title">Your prizes</h3>
      ${
        market.items.length === 0
          ? html`<p class="soft">None yet: the best of a round get one.</p>`
          : html`<ul class="cards">
              ${market.items.map(
                ({ item, tokenId }) => html`<li class="card" data-token=${String(tokenId)}>
                  ${prizeIcon(item)}
                  <p><strong>${item}</strong> <span class="soft">#${tokenId}</span></p>
                  ${sellForm(market, tokenId)}
                </li>`,
              )}
            </ul>`
      }
    </section>`;
}

function offerCard(market: Market, offer: Offer): TemplateResult {
  const { item, tokenId, price, isMine, seller, listingId } = offer;
  const isDisabled = market.busy !== undefined;
  const name = `${item} #${tokenId}`;
  return html`<li class="card" data-token=${String(tokenId)}>
    ${prizeIcon(item)}
    <p><strong>${item}</strong> <span class="soft">#${tokenId}</span></p>
    <p class="price">${zkpow(price)}</p>
    <p class="soft small">${isMine ? "yours" : html`of ${shortAddress(seller)}`}</p>
    ${
      isMine
        ? html`<button
            ?disabled=${isDisabled}
            aria-label="Take ${name} back"
            @click=${() => market.cancel(offer)}
          >
            ${market.busy === `cancel ${listingId}` ? "Taking back …" : "Take back"}
          </button>`
        : html`<button
            class="primary"
            ?disabled=${isDisabled}
            aria-label="Buy ${name}"
            @click=${() => market.buy(offer)}
          >
            ${market.busy === `buy ${listingId}` ? "Buying …" : "Buy"}
          </button>`
    }
  </li>`;
}

function zkpow(wei: bigint): string {
  const [whole = "0", part = ""] = formatEther(wei).split(".");
  const shown = part.slice(0, 3).replace(/0+$/, "");
  return `${whole}${shown === "" ? "" : `.${shown}`} ZKPoW`;
}

const shortAddress = (address: string) => `${address.slice(0, 6)}…${address.slice(-4)}`;
