import { html, type TemplateResult } from "lit-html";
import type { ArenaState } from "../../game/arena.ts";
import type { App } from "../app.ts";
import { clockText, countdownOf, secondsLeft } from "../game/clock.ts";
import type { Play } from "../game/play.ts";
import { standingsNow } from "../game/standing.ts";
import { finalityView } from "./finalityView.ts";
import { marketView } from "./marketView.ts";
import { stageView } from "./stageView.ts";
import { standingsTable } from "./standingsTable.ts";

/** Where there is no time to tell. */
const clockWords: Readonly<Partial<Record<ArenaState["phase"], string>>> = {
  waiting: "Lobby",
  countdown: "Ready",
  over: "Time!",
};

/** What lies over the picture while one plays. */
export function playView(app: App, play: Play): TemplateResult {
  const { state, me, status } = play;
  const seconds = secondsLeft(state);
  const isShort = state.phase === "playing" && seconds <= 10;
  return html`<header class="head">
      <span class="brand">Arena</span>
      <span class="clock ${isShort ? "short" : ""}" role="timer">
        ${clockWords[state.phase] ?? clockText(seconds)}
      </span>
      <nav aria-label="Game">
        <button @click=${() => app.openMarket()}>
          Market${prizeCount(app) === 0 ? "" : html` <span class="count">${prizeCount(app)}</span>`}
        </button>
        <button aria-pressed=${app.sounds.isOn} @click=${() => app.toggleSound()}>
          Sound<span class="wide"> ${app.sounds.isOn ? "on" : "off"}</span>
        </button>
        <button @click=${() => app.leave()}>Leave</button>
      </nav>
    </header>
    ${
      status === "reconnecting"
        ? html`<p class="banner" role="alert">Connection lost. Coming back …</p>`
        : ""
    }
    <main class="over" data-phase=${state.phase} data-room=${play.room.id}>
      <h1 class="unseen">The arena</h1>
      <section class="board" aria-label="Scores">${standingsTable(standingsNow(state, me))}</section>
      ${stageView(app, play)} ${countdownView(countdownOf(state))}
      <section class="last" aria-label="Your last action">${finalityView(play)}</section>
      <button class="dash" @click=${() => app.dash()}>Dash</button>
      <div id="stick" hidden aria-hidden="true"><span></span></div>
    </main>
    <dialog class="panel market" aria-labelledby="market-title" @close=${() => app.closeMarket()}>
      ${app.isMarketOpen && app.market !== undefined ? marketView(app, app.market) : ""}
    </dialog>`;
}

const prizeCount = ({ market }: App): number => market?.items.length ?? 0;

function countdownView(number: number): TemplateResult | "" {
  return number === 0 ? "" : html`<p class="countdown" aria-hidden="true">${number}</p>`;
}
