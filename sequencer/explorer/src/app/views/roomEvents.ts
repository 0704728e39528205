import type { PlainJson, RoomEvent } from "@weft/rpc/answers";
import { html, type TemplateResult } from "lit-html";
import { counted, formatCount, formatTime, shortHex, spaced } from "../ui/format.ts";
import { blockLink, roundLink, sessionLink } from "../ui/links.ts";
import { number, table } from "../ui/parts.ts";
import { plainText } from "../ui/plainValue.ts";

/** A room's events as a table. */
export function eventRows(events: readonly RoomEvent[], withHeights = true): TemplateResult {
  const heights = withHeights ? [number("Block")] : [];
  return table(
    "Events of the room",
    [number("Event"), ...heights, "Kind", number("Lane"), "What happened"],
    events.map(
      (event) =>
        html`<tr>
          <td class="right num">${formatCount(event.index)}</td>
          ${withHeights ? html`<td class="right">${blockLink(event.height)}</td>` : ""}
          <td><span class="kind event-${event.type}">${spaced(event.type)}</span></td>
          <td class="right num">${event.lane === undefined ? "" : String(event.lane)}</td>
          <td>${eventStory(event)}</td>
        </tr>`,
    ),
    "No events.",
  );
}

const text = (value: PlainJson | undefined): string => (typeof value === "string" ? value : "");

function eventStory(event: RoomEvent): TemplateResult | string {
  switch (event.type) {
    case "frame":
      if (event.malformed === true)
        return html`<span class="dim">not a frame that the game knows</span>`;
      return html`<span class="num">#${String(event.seq)}</span>
        <strong class="call">${text(event.action)}</strong>
        <code class="input">${plainText(event.input)}</code>`;
    case "seal":
      return html`signs every frame up to <span class="num">#${String(event.seq)}</span>`;
    case "join":
      return html`${sessionLink(text(event.sessionId))} takes a place`;
    case "rejoin":
      return "comes back";
    case "leave":
      return text(event.reason);
    case "tick":
      return html`<span class="dim">${formatTime(Number(event.nowMs))}</span>`;
    case "checkpoint":
      return html`state <span class="hex" title=${text(event.stateHash)}>${shortHex(text(event.stateHash))}</span>`;
    case "roundOpen":
      return html`${roundLink(text(event.roundId))} begins, with at most ${counted(Number(event.cap), "prize")}`;
    case "roundEnd":
      return html`${roundLink(text(event.roundId))} ends`;
    case "roundVoid":
      return html`${roundLink(text(event.roundId))} is void: ${text(event.code)}`;
    case "report": {
      const report = event.report as { roundId: string; mints: readonly unknown[] };
      return html`${roundLink(report.roundId)} is reported, ${counted(report.mints.length, "prize")}`;
    }
    default:
      return "";
  }
}
