import { html, type TemplateResult } from "lit-html";
import type { Market } from "../market/market.ts";

/** Puts a prize up for sale. */
export function sellForm(market: Market, tokenId: bigint): TemplateResult {
  const sell = (event: SubmitEvent) => {
    event.preventDefault();
    const price = new FormData(event.target as HTMLFormElement).get("price");
    void market.list(tokenId, String(price ?? ""));
  };
  const isBusy = market.busy === `list ${tokenId}`;
  return html`<form class="sell" @submit=${sell}>
    <label>
      Price
      <input name="price" inputmode="decimal" size="6" value="1.5" autocomplete="off" required />
      ZKPoW
    </label>
    <button ?disabled=${market.busy !== undefined}>${isBusy ? "Listing …" : "List for sale"}</button>
  </form>`;
}
