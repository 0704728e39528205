import { html, type TemplateResult } from "lit-html";
import { MAX_SEARCH_CHARS } from "./limits.ts";
import { toHash } from "./router.ts";
import type { Rpc } from "./rpc/rpc.ts";

const SECTIONS = [
  ["", "Ledger", ["", "block", "tx"]],
  ["rooms", "Rooms", ["rooms", "room"]],
  ["rounds", "Rounds", ["rounds", "round"]],
  ["crossings", "Crossings", ["crossings"]],
] as const;

/** What is around every page. */
export function shell(options: {
  readonly rpc: Rpc;
  /** The first word of the page's address. */
  readonly section: string;
  readonly content: TemplateResult;
}): TemplateResult {
  const { rpc, section, content } = options;
  return html`<header class="top">
      <a class="brand" href="#/"><span class="mark" aria-hidden="true"></span>Weft explorer</a>
      <nav aria-label="Pages">
        ${SECTIONS.map(([route, name, words]) => {
          const isHere = (words as readonly string[]).includes(section);
          const address = route === "" ? "#/" : toHash(route);
          return html`<a href=${address} aria-current=${isHere ? "page" : "false"}>${name}</a>`;
        })}
      </nav>
      <form role="search" class="search" @submit=${search}>
        <input
          type="search"
          name="text"
          aria-label="Search"
          placeholder="Height, hash, address, room"
          maxlength=${MAX_SEARCH_CHARS}
          autocomplete="off"
          spellcheck="false"
        />
        <button>Search</button>
      </form>
    </header>
    ${
      rpc.isForeign
        ? html`<aside class="foreign" aria-label="Another node">
            What is shown here comes from <strong>${rpc.url}</strong>, not from the node that serves
            this page.
          </aside>`
        : ""
    }
    <main id="content" tabindex="-1">${content}</main>`;
}

function search(event: SubmitEvent): void {
  event.preventDefault();
  const form = event.target as HTMLFormElement;
  const text = String(new FormData(form).get("text") ?? "").trim();
  if (text === "") return;
  location.hash = toHash("search", text);
  form.reset();
}
