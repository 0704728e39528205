import { html, type TemplateResult } from "lit-html";
import type { Standing } from "../game/standing.ts";

/** Who is ahead. @param prizes by player's id, where a round is over */
export function standingsTable(
  standings: readonly Standing[],
  prizes?: ReadonlyMap<string, string>,
): TemplateResult {
  return html`<table class="standings">
    <thead>
      <tr>
        <th scope="col"><span class="unseen">Place</span></th>
        <th scope="col">Pilot</th>
        <th scope="col" class="number">Points</th>
        <th scope="col" class="number">Hits</th>
        ${prizes === undefined ? "" : html`<th scope="col">Prize</th>`}
      </tr>
    </thead>
    <tbody>
      ${standings.map(
        ({ id, pilot, isMe, score, hits }, index) => html`<tr class=${isMe ? "me" : ""}>
          <td class="number">${index + 1}</td>
          <th scope="row">
            <span class="dot seat-${pilot.seat}" aria-hidden="true"></span
            >${isMe ? html`<strong>You</strong>` : pilot.name}
          </th>
          <td class="number points">${score}</td>
          <td class="number">${hits}</td>
          ${prizes === undefined ? "" : html`<td>${prizes.get(id) ?? ""}</td>`}
        </tr>`,
      )}
    </tbody>
  </table>`;
}
