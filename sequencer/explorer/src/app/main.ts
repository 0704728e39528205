import { render } from "lit-html";
import { LIVE_TIMEOUT_MS } from "./limits.ts";
import { LiveLedger } from "./live/liveLedger.ts";
import { parseRoute, type Route } from "./router.ts";
import { createView } from "./routes.ts";
import { createRpc } from "./rpc/rpc.ts";
import { shell } from "./shell.ts";
import type { View, ViewContext } from "./view.ts";

const root = document.getElementById("app");
if (root === null) throw new Error("the page has no place for the explorer");

const rpc = createRpc(location);
const live = new LiveLedger(createRpc(location, LIVE_TIMEOUT_MS));
let route: Route = [];
let view: View | undefined;
let isDue = false;

const context: ViewContext = {
  rpc,
  live,
  redraw,
  replace(hash) {
    history.replaceState(null, "", hash);
    open();
  },
};

/** However much changes, a page is drawn once a frame; one that nobody sees isn't drawn. */
function redraw(): void {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    draw();
  });
}

function draw(): void {
  if (view === undefined || root === null) return;
  document.title = `${view.title} · Weft explorer`;
  const [section = ""] = route;
  render(shell({ rpc, section, content: view.template() }), root);
}

/** Shows the page that the address says. */
function open(): void {
  const asked = parseRoute(location.hash);
  if (asked === undefined) return;
  const isFirst = view === undefined;
  view?.stop?.();
  route = asked;
  view = createView(context, route);
  draw();
  if (isFirst) return;
  // A new page begins at its top, also for who hears it.
  scrollTo({ top: 0 });
  document.getElementById("content")?.focus({ preventScroll: true });
}

addEventListener("hashchange", open);
open();
