import type { Crossing, CrossingList } from "@weft/rpc/answers";
import { html, type TemplateResult } from "lit-html";
import { formatTime } from "../ui/format.ts";
import { addressLink, amountOf, blockLink, chainBadge, transactionLink } from "../ui/links.ts";
import { number, table } from "../ui/parts.ts";
import type { View, ViewContext } from "../view.ts";
import { createListView } from "./listView.ts";

export function createCrossingsView(context: ViewContext): View {
  return createListView<CrossingList>(context, {
    title: "Crossings",
    lead: "Value that went from one chain to the other: what arrives is what left, in its order, since both are in one ledger.",
    unit: "crossings",
    method: "weft_getCrossings",
    show: ({ crossings }) =>
      table(
        "Crossings",
        [
          "Direction",
          number("Nonce"),
          "Amount",
          "For",
          number("Left in"),
          number("Arrived in"),
          "At",
          "Transactions",
        ],
        crossings.map(row),
        "Nothing has crossed yet.",
      ),
  });
}

function row(crossing: Crossing): TemplateResult {
  const { direction, nonce, asset, amount, recipient, left, arrived } = crossing;
  const isToFast = direction === "toFast";
  return html`<tr>
    <td class="way">
      ${chainBadge(isToFast ? "zk" : "fast")}<span aria-label="to">→</span
      >${chainBadge(isToFast ? "fast" : "zk")}
    </td>
    <td class="right num">${nonce}</td>
    <td>${amountOf(asset, amount)}</td>
    <td>${addressLink(recipient)}</td>
    <td class="right">${blockLink(left?.height)}</td>
    <td class="right">${blockLink(arrived.height)}</td>
    <td class="num">${formatTime(arrived.timestampMs)}</td>
    <td>${transactionLink(left?.transactionHash)} → ${transactionLink(arrived.transactionHash)}</td>
  </tr>`;
}
