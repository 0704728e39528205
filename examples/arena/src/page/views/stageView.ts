import { html, type TemplateResult } from "lit-html";
import type { App } from "../app.ts";
import type { Play, ReportedRound } from "../game/play.ts";
import { standingsNow, standingsOf } from "../game/standing.ts";
import { keysView } from "./homeView.ts";
import { prizeCard } from "./prizeCard.ts";
import { standingsTable } from "./standingsTable.ts";

/** What lies in the middle between rounds. */
export function stageView(app: App, play: Play): TemplateResult | "" {
  const { state, round } = play;
  if (state.phase === "playing" || state.phase === "countdown") return "";
  if (state.phase === "over" && round?.phase !== "reported") return overView(play);
  if (round?.phase === "reported" && app.dismissed !== round.roundId) {
    return resultsView(app, play, round);
  }
  return lobbyView(play);
}

function lobbyView({ state, round }: Play): TemplateResult {
  const count = state.ships.size;
  const failed = round?.phase === "void" ? round.code : undefined;
  return html`<section class="panel stage lobby" aria-labelledby="stage-title">
    <h2 id="stage-title">${round === undefined ? "Lobby" : "Until the next round"}</h2>
    ${
      failed === undefined
        ? ""
        : html`<p class="error">The last round came to nothing. <span class="code">${failed}</span></p>`
    }
    <p>
      ${count === 1 ? "You are alone here so far." : `${count} pilots are here.`} A round begins as soon as there
      are enough, and bots come to fill it up. Fly around meanwhile.
    </p>
    ${keysView()}
  </section>`;
}

function overView({ state, me }: Play): TemplateResult {
  return html`<section class="panel stage" aria-labelledby="stage-title">
    <h2 id="stage-title">Time!</h2>
    ${standingsTable(standingsNow(state, me))}
    <p class="soft small waiting">
      The last actions are sealed, the players co-sign the report, and the ZK chain mints the prizes …
    </p>
  </section>`;
}

function resultsView(app: App, play: Play, round: ReportedRound): TemplateResult {
  const standings = standingsOf(round, play.me, play.seats);
  const prizes = new Map(
    standings.flatMap(({ id }, place) => {
      const item = round.minted[place]?.item;
      return item === undefined ? [] : [[id, item] as const];
    }),
  );
  const won = round.minted.filter(({ to }) => to === play.player.session.payout);
  const mine = standings.findIndex(({ isMe }) => isMe);
  return html`<section class="panel stage results" aria-labelledby="stage-title">
    <h2 id="stage-title">${won.length > 0 ? "You have won a prize" : placeText(mine)}</h2>
    ${standingsTable(standings, prizes)}
    ${app.market === undefined ? "" : won.map((item) => prizeCard(app, item))}
    <p class="soft small">
      ${round.coSigned} ${round.coSigned === 1 ? "player has" : "players have"} co-signed the report;
      ${round.minted.length} ${round.minted.length === 1 ? "prize was" : "prizes were"} minted on the ZK chain.
      <a href="${app.explorerUrl}#/round/${round.roundId}" target="_blank" rel="noopener"
        >See it in the ledger</a
      >
    </p>
    <button @click=${() => app.dismissResults(round.roundId)}>Go on</button>
  </section>`;
}

function placeText(index: number): string {
  const places = ["You were first", "You were second", "You were third"];
  return index < 0 ? "The round is over" : (places[index] ?? `You were ${index + 1}th`);
}
