import type { LedgerBlock } from "@weft/rpc/answers";
import { html, type TemplateResult } from "lit-html";
import { createLoadedView } from "../loadedView.ts";
import { toHash } from "../router.ts";
import { formatBytes, formatCount, formatDateTime } from "../ui/format.ts";
import {
  addressLink,
  chainBadge,
  kindBadge,
  placeLink,
  transactionLink,
  wholeHex,
} from "../ui/links.ts";
import { facts, number, table } from "../ui/parts.ts";
import type { View, ViewContext } from "../view.ts";
import { summaryOf } from "./summaries.ts";

/** A block of either chain, by its height or its hash. */
export function createBlockView(context: ViewContext, ref: string): View {
  const isHeight = /^\d{1,15}$/.test(ref);
  return createLoadedView<LedgerBlock>(context, {
    title: isHeight ? `Block ${formatCount(Number(ref))}` : "Block",
    missing: isHeight ? "The ledger hasn't come that far." : "No block has this hash.",
    load: () => context.rpc.call("fast", "weft_getBlock", isHeight ? Number(ref) : ref),
    show: showBlock,
  });
}

function showBlock(block: LedgerBlock): TemplateResult {
  const { height, chain, number: nth, transactions } = block;
  const sizeBytes = transactions.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  const chainName = chain === "zk" ? "ZK chain" : "fast chain";
  return html`<div class="title">
      <h1>Block ${formatCount(height)}</h1>
      ${chainBadge(chain)}
      <nav class="steps" aria-label="Neighbouring blocks">
        ${height > 0 ? html`<a class="button" href=${toHash("block", height - 1)}>← Before</a>` : ""}
        <a class="button" href=${toHash("block", height + 1)}>After →</a>
      </nav>
    </div>
    <p class="lead">Number ${formatCount(nth)} of the ${chainName}, ordered on ${formatDateTime(block.timestampMs)}.</p>
    ${facts({
      Hash: wholeHex(block.hash),
      "Before it in the ledger":
        height === 0
          ? "nothing"
          : html`<a class="hex whole" href=${toHash("block", block.parentHash)}>${block.parentHash}</a>`,
      [`Before it on the ${chainName}`]:
        nth === 0
          ? "nothing"
          : html`<a class="hex whole" href=${toHash("block", block.chainParentHash)}>${block.chainParentHash}</a>`,
      "State root": wholeHex(block.stateRoot),
      "Transactions root": wholeHex(block.transactionsRoot),
      "Ordered by": addressLink(block.proposer),
      "Chain id": String(block.chainId),
      Size: formatBytes(sizeBytes),
    })}
    <h2>Transactions <span class="count">${formatCount(transactions.length)}</span></h2>
    ${table(
      "Transactions of the block",
      [number("Index"), "Kind", "Transaction", "About", number("Size")],
      transactions.map(
        (transaction, index) =>
          html`<tr>
            <td class="right num">${index}</td>
            <td>${placeLink(height, index, kindBadge(transaction.kind))}</td>
            <td>${transactionLink(transaction.hash)}</td>
            <td>${summaryOf(transaction)}</td>
            <td class="right num">${formatBytes(transaction.sizeBytes)}</td>
          </tr>`,
      ),
      "An empty block.",
    )}`;
}
