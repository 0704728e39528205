import type { Route } from "./router.ts";
import type { View, ViewContext } from "./view.ts";
import { createAccountView } from "./views/accountView.ts";
import { createBlockView } from "./views/blockView.ts";
import { createCrossingsView } from "./views/crossingsView.ts";
import { createLiveView } from "./views/liveView.ts";
import { createRoomsView } from "./views/roomsView.ts";
import { createRoomView } from "./views/roomView.ts";
import { createRoundsView } from "./views/roundsView.ts";
import { createRoundView } from "./views/roundView.ts";
import { createSearchView, createSessionView } from "./views/searchView.ts";
import { createTransactionView } from "./views/transactionView.ts";

const ADDRESS = /^0x[0-9a-f]{40}$/i;
const HASH = /^0x[0-9a-f]{64}$/i;

/** What the word after a page's name looks like; for anything else the node would have to be told what it is. */
const FORMS: Readonly<Record<string, RegExp>> = {
  block: /^(\d{1,15}|0x[0-9a-f]{64})$/i,
  tx: /^(\d{1,15}\.\d{1,6}|0x[0-9a-f]{64})$/i,
  room: ADDRESS,
  address: ADDRESS,
  round: HASH,
  session: HASH,
};

/** The page that an address is of. What isn't known, or can't be what the address says, is searched for. */
export function createView(context: ViewContext, route: Route): View {
  const [name, what = ""] = route;
  const form = FORMS[name ?? ""];
  if (form !== undefined && !form.test(what)) return createSearchView(context, what);
  switch (name) {
    case undefined:
      return createLiveView(context);
    case "block":
      return createBlockView(context, what);
    case "tx":
      return createTransactionView(context, what);
    case "rooms":
      return createRoomsView(context);
    case "room":
      return createRoomView(context, what);
    case "rounds":
      return createRoundsView(context);
    case "round":
      return createRoundView(context, what);
    case "crossings":
      return createCrossingsView(context);
    case "address":
      return createAccountView(context, what);
    case "session":
      return createSessionView(context, what);
    case "search":
      return createSearchView(context, what);
    default:
      return createSearchView(context, name);
  }
}
