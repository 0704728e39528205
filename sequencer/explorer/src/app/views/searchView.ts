import type { SearchHit } from "@weft/rpc/answers";
import { html, type TemplateResult } from "lit-html";
import { MAX_SEARCH_CHARS } from "../limits.ts";
import { createLoadedView } from "../loadedView.ts";
import { toHash } from "../router.ts";
import { formatCount, shortHex } from "../ui/format.ts";
import { chainBadge } from "../ui/links.ts";
import type { View, ViewContext } from "../view.ts";

/** What a text may stand for. A single meaning is gone to at once. */
export function createSearchView(context: ViewContext, asked: string): View {
  const text = asked.slice(0, MAX_SEARCH_CHARS);
  return createLoadedView<readonly SearchHit[]>(context, {
    title: "Search",
    missing: `Nothing was found for “${text}”. Heights, hashes, addresses, ids of rounds and sessions, and names of rooms are understood.`,
    async load() {
      const hits = await context.rpc.call<readonly SearchHit[]>("fast", "weft_search", text);
      const [only, ...others] = hits;
      if (only !== undefined && others.length === 0) context.replace(addressOf(only));
      return hits.length === 0 ? null : hits;
    },
    show: (hits) =>
      html`<h1>Search</h1>
        <p class="lead">“${text}” may be any of these.</p>
        <ul class="hits">
          ${hits.map((hit) => html`<li><a href=${addressOf(hit)}>${describe(hit)}</a></li>`)}
        </ul>`,
  });
}

/** A session is what opened it. */
export function createSessionView(context: ViewContext, sessionId: string): View {
  return { ...createSearchView(context, sessionId), title: "Session" };
}

function addressOf(hit: SearchHit): string {
  switch (hit.type) {
    case "block":
      return toHash("block", hit.height);
    case "transaction":
      return toHash("tx", hit.hash);
    case "session":
      return toHash("tx", `${hit.height}.${hit.index}`);
    case "room":
      return toHash("room", hit.room);
    case "round":
      return toHash("round", hit.roundId);
    case "account":
      return toHash("address", hit.address);
  }
}

function describe(hit: SearchHit): TemplateResult {
  switch (hit.type) {
    case "block":
      return html`Block ${formatCount(hit.height)}, number ${formatCount(hit.number)} of the
      ${chainBadge(hit.chain)} chain`;
    case "transaction":
      return html`Transaction ${shortHex(hit.hash)}`;
    case "session":
      return html`Session ${shortHex(hit.sessionId)}`;
    case "room":
      return html`Room ${hit.name ?? shortHex(hit.room)}`;
    case "round":
      return html`Round ${shortHex(hit.roundId)}`;
    case "account":
      return html`Address ${shortHex(hit.address)}`;
  }
}
