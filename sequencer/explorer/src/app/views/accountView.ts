import type { Address } from "@weft/protocol";
import type { Account } from "@weft/rpc/answers";
import { html, type TemplateResult } from "lit-html";
import { createLoadedView } from "../loadedView.ts";
import { formatBytes, formatCount, formatTime } from "../ui/format.ts";
import {
  amountOf,
  blockLink,
  chainBadge,
  kindBadge,
  placeLink,
  roomLink,
  wholeHex,
} from "../ui/links.ts";
import { nameOf } from "../ui/names.ts";
import { facts, number, reachNote, table } from "../ui/parts.ts";
import type { View, ViewContext } from "../view.ts";
import { transactionStory } from "./summaries.ts";
import { readTokens, type Tokens } from "./tokens.ts";

type Loaded = { readonly account: Account; readonly tokens: Tokens };

/** What an address has on both chains, and what it did. */
export function createAccountView(context: ViewContext, given: string): View {
  const address = given.toLowerCase() as Address;
  return createLoadedView<Loaded>(context, {
    title: "Address",
    async load() {
      const { rpc } = context;
      const [account, tokens] = await Promise.all([
        rpc.call<Account>("fast", "weft_getAccount", address),
        readTokens(rpc, address),
      ]);
      return { account, tokens };
    },
    show: showAccount,
    isLive: () => true,
  });
}

function showAccount({ account, tokens }: Loaded): TemplateResult {
  const { address, fast, zk, transactions } = account;
  const name = nameOf(address);
  return html`<h1>${name ?? "Address"}</h1>
    <p class="lead">
      ${wholeHex(address)} ${account.isRoom ? html`, also ${roomLink(address, "a room")}` : ""}
    </p>
    <div class="pair">
      <section class="card zk" aria-labelledby="on-zk">
        <h2 id="on-zk">On the ZK chain ${chainBadge("zk")}</h2>
        <p class="amount">${amountOf(`0x${"0".repeat(40)}`, zk.balance)}</p>
        ${facts({
          Transactions: html`<span class="num">${formatCount(zk.nonce)}</span>`,
          Passes: tokenList(tokens.passes),
          Prizes: tokenList(tokens.prizes),
          "Looked back to":
            tokens.fromNumber === 0
              ? undefined
              : html`ZK block <span class="num">${formatCount(tokens.fromNumber)}</span>`,
          Contract: zk.codeBytes === 0 ? undefined : `${formatBytes(zk.codeBytes)} of code`,
        })}
      </section>
      <section class="card fast" aria-labelledby="on-fast">
        <h2 id="on-fast">On the fast chain ${chainBadge("fast")}</h2>
        ${fast.balances.map(
          ({ asset, amount }) => html`<p class="amount">${amountOf(asset, amount)}</p>`,
        )}
        ${facts({
          Transactions: html`<span class="num">${formatCount(fast.nonce)}</span>`,
          Program: fast.isPortal ? "the portal" : undefined,
        })}
      </section>
    </div>
    <h2>Newest transactions <span class="count">${transactions.length}</span></h2>
    ${table(
      "Transactions of the address, or to its good",
      [number("Block"), "Time", "Chain", "Kind", "About"],
      transactions.map(
        (transaction) =>
          html`<tr>
            <td class="right">${blockLink(transaction.height)}</td>
            <td class="num">${formatTime(transaction.timestampMs)}</td>
            <td>${chainBadge(transaction.chain)}</td>
            <td>${placeLink(transaction.height, transaction.index, kindBadge(transaction.kind))}</td>
            <td>${transactionStory(transaction)}</td>
          </tr>`,
      ),
      "None, as far as this node has looked.",
    )}
    ${reachNote(account.fromHeight)}`;
}

function tokenList(ids: readonly string[]): TemplateResult | string {
  if (ids.length === 0) return "none";
  return html`${ids.map((id) => html`<span class="item num">#${id}</span>`)}`;
}
