import type { RoundList, RoundPhase } from "@weft/rpc/answers";
import { html, type TemplateResult } from "lit-html";
import { formatCount } from "../ui/format.ts";
import { blockLink, NONE, roomLink, roundLink } from "../ui/links.ts";
import { number, table } from "../ui/parts.ts";
import type { View, ViewContext } from "../view.ts";
import { createListView } from "./listView.ts";

const looks: Readonly<Record<RoundPhase, string>> = {
  playing: "fast",
  sealing: "fast",
  reported: "good",
  void: "bad",
};

export function phaseBadge(phase: RoundPhase): TemplateResult {
  return html`<span class="badge ${looks[phase]}">${phase}</span>`;
}

export function createRoundsView(context: ViewContext): View {
  return createListView<RoundList>(context, {
    title: "Rounds",
    lead: "Each was opened with a cap on its prizes, and ends with a report that the ZK chain mints from.",
    unit: "rounds",
    method: "weft_getRounds",
    show: ({ rounds }) =>
      table(
        "Rounds",
        [
          "Round",
          "Game",
          "Room",
          "Phase",
          number("Actions"),
          number("Prizes"),
          number("Opened in"),
          number("Reported in"),
        ],
        rounds.map(
          (round) =>
            html`<tr>
              <td>${roundLink(round.roundId)}</td>
              <td>${round.game ?? NONE}</td>
              <td>${roomLink(round.room)}</td>
              <td>${phaseBadge(round.phase)}</td>
              <td class="right num">${round.actions === null ? NONE : formatCount(round.actions)}</td>
              <td class="right num">${round.prizes ?? NONE} of ${round.cap ?? NONE}</td>
              <td class="right">${blockLink(round.openHeight)}</td>
              <td class="right">${blockLink(round.reportHeight)}</td>
            </tr>`,
        ),
        "No round has been opened yet.",
      ),
  });
}
