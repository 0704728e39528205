import { html, type TemplateResult } from "lit-html";
import type { App } from "../app.ts";
import { hasBrowserWallet } from "../player/browserWallet.ts";

/** What a newcomer sees. */
export function homeView(app: App): TemplateResult {
  const hasWallet = hasBrowserWallet();
  return html`<main class="center home">
    <section class="panel hero">
      <p class="kicker">A game on Weft</p>
      <h1 class="title">Arena</h1>
      <p class="lead">
        Race for gems, knock them out of the others, and take a prize home that is yours to keep or to
        sell.
      </p>
      ${errorView(app)}
      <div class="choices">
        <button class="primary" @click=${() => app.enter("burner")}>Play now</button>
        <button ?disabled=${!hasWallet} @click=${() => app.enter("wallet")}>
          Play with my wallet
        </button>
      </div>
      <p class="soft small">
        <strong>Play now</strong> makes a throwaway wallet, whose key stays in this browser and can be read
        by whoever uses it: fine for a game, not for savings.
        ${hasWallet ? "" : "No wallet extension was found in this browser; none is needed."}
      </p>
      ${keysView()}
    </section>
  </main>`;
}

function errorView({ error }: App): TemplateResult | "" {
  if (error === undefined) return "";
  return html`<p class="error" role="alert">${error.text} <span class="code">${error.code}</span></p>`;
}

/** How it is played. */
export function keysView(): TemplateResult {
  return html`<dl class="keys">
    <div class="keyboard">
      <dt><kbd>W</kbd><kbd>A</kbd><kbd>S</kbd><kbd>D</kbd> or arrows</dt>
      <dd>fly</dd>
    </div>
    <div class="touch">
      <dt><kbd>Drag</kbd></dt>
      <dd>fly</dd>
    </div>
    <div>
      <dt><kbd class="keyboard">Space</kbd><kbd class="touch">Dash</kbd></dt>
      <dd>dash into others: it costs them 2 points and a moment</dd>
    </div>
    <div>
      <dt>
        <span class="gem" aria-hidden="true"></span><span class="gem gold" aria-hidden="true"></span>
        <span class="unseen">Gems</span>
      </dt>
      <dd>1 point a gem, 3 a golden one</dd>
    </div>
  </dl>`;
}
