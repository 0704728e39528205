import { html, type TemplateResult } from "lit-html";
import type { App } from "../app.ts";
import { enteringView } from "./enteringView.ts";
import { homeView } from "./homeView.ts";
import { playView } from "./playView.ts";

/** All of the page but the picture behind it. */
export function appView(app: App): TemplateResult {
  return html`${screenView(app)}
    <p class="unseen" role="status" aria-live="polite">${app.announcement}</p>`;
}

function screenView(app: App): TemplateResult {
  switch (app.screen.name) {
    case "home":
      return homeView(app);
    case "entering":
      return enteringView(app, app.screen);
    case "playing":
      return playView(app, app.screen.play);
  }
}
