import type { RoundDetails } from "@weft/rpc/answers";
import { html, type TemplateResult } from "lit-html";
import { createLoadedView } from "../loadedView.ts";
import { formatCount, formatDateTime, shortHex } from "../ui/format.ts";
import {
  addressLink,
  blockLink,
  NONE,
  roomLink,
  sessionLink,
  transactionLink,
  wholeHex,
} from "../ui/links.ts";
import { facts, number, table } from "../ui/parts.ts";
import { plainValue } from "../ui/plainValue.ts";
import type { View, ViewContext } from "../view.ts";
import { type RoundOnZk, readRoundOnZk } from "./roundOnZk.ts";
import { phaseBadge } from "./roundsView.ts";

type Loaded = { readonly round: RoundDetails; readonly zk: RoundOnZk };

/** A round from its opening to its prizes, on both chains. */
export function createRoundView(context: ViewContext, roundId: string): View {
  return createLoadedView<Loaded>(context, {
    title: "Round",
    missing: "No round with this id was found.",
    async load() {
      const { rpc } = context;
      const round = await rpc.call<RoundDetails | null>("fast", "weft_getRound", roundId);
      return round && { round, zk: await readRoundOnZk(rpc, round) };
    },
    show: showRound,
    // Prizes may wait for co-signatures after the report.
    isLive: ({ round, zk }) =>
      round.phase !== "void" && (round.report === null || zk.minted.length < (round.prizes ?? 0)),
  });
}

function showRound({ round, zk }: Loaded): TemplateResult {
  return html`<div class="title">
      <h1>Round ${shortHex(round.roundId)}</h1>
      ${phaseBadge(round.phase)}
    </div>
    <p class="lead">A round of ${round.game ?? "a game that isn't known"} in ${roomLink(round.room)}.</p>
    ${stations(round, zk)}
    ${facts({
      Id: wholeHex(round.roundId),
      "Prizes at most": html`<span class="num">${round.cap ?? NONE}</span>`,
      Deadline: round.deadlineMs === null ? NONE : formatDateTime(round.deadlineMs),
      "Void, because": round.voidCode ?? undefined,
    })}
    <h2>Prizes <span class="count">${zk.minted.length}</span></h2>
    ${prizesTable(round, zk)}
    <h2>On the ZK chain</h2>
    ${table(
      "The round on the ZK chain",
      ["Event", "Transaction", number("ZK block"), "What happened"],
      zk.steps.map(
        ({ event, transaction, number: nth, text }) =>
          html`<tr>
            <td><span class="kind">${event}</span></td>
            <td>${transactionLink(transaction)}</td>
            <td class="right num">${formatCount(nth)}</td>
            <td>${text}</td>
          </tr>`,
      ),
      "Nothing yet.",
    )}
    ${reportPart(round)}
    <h2>Players who can co-sign <span class="count">${round.players.length}</span></h2>
    ${table(
      "Players of the round",
      [number("Lane"), "Session", "Prizes go to"],
      round.players.map(
        ({ lane, sessionId, payout }) =>
          html`<tr>
            <td class="right num">${lane}</td>
            <td>${sessionLink(sessionId)}</td>
            <td>${addressLink(payout)}</td>
          </tr>`,
      ),
      "Nobody.",
    )}`;
}

/** How far the round has come, across both chains. */
function stations(round: RoundDetails, { steps, minted }: RoundOnZk): TemplateResult {
  const has = (event: string) => steps.find((step) => step.event === event);
  const onZk = (event: string) => {
    const step = has(event);
    return step === undefined ? undefined : html`in ZK block ${formatCount(step.number)}`;
  };
  const inBlock = (height: number | null) =>
    height === null ? undefined : html`in block ${blockLink(height)}`;
  const all: readonly [string, "zk" | "fast", TemplateResult | undefined][] = [
    ["Registered", "zk", onZk("RoundOpened")],
    ["Opened", "fast", inBlock(round.openHeight)],
    ["Ended", "fast", inBlock(round.endHeight)],
    ["Reported", "fast", inBlock(round.reportHeight)],
    ["Report taken", "zk", onZk("RoundReported")],
    ["Prizes", "zk", minted.length > 0 ? html`${minted.length} minted` : undefined],
  ];
  return html`<ol class="stations" aria-label="How far the round has come">
    ${all.map(
      ([name, chain, text]) =>
        html`<li class="${chain} ${text === undefined ? "" : "done"}">
          <strong>${name}</strong><span>${text ?? "not yet"}</span>
        </li>`,
    )}
  </ol>`;
}

function prizesTable({ report }: RoundDetails, { minted }: RoundOnZk): TemplateResult {
  const promised = report?.mints ?? [];
  return table(
    "Prizes of the round",
    ["Item", "Winner", number("Token"), "Minted by"],
    promised.map(({ to, item }, nth) => {
      const token = minted[nth];
      const isSame = token !== undefined && token.to === to && token.item === item;
      return html`<tr>
        <td><strong>${item}</strong></td>
        <td>${addressLink(to)}</td>
        <td class="right num">${isSame ? `#${token.tokenId}` : NONE}</td>
        <td>${isSame ? transactionLink(token.transaction) : "not minted yet"}</td>
      </tr>`;
    }),
    report === null ? "There is no report yet." : "The report gives none.",
  );
}

function reportPart({ report, reportTransaction }: RoundDetails): TemplateResult {
  if (report === null) return html``;
  return html`<h2>Report</h2>
    ${facts({
      "On the fast chain": transactionLink(reportTransaction),
      Actions: html`<span class="num">${formatCount(Number(report.actions))}</span>, all signed by
        who made them`,
      "Actions' root": wholeHex(report.actionsRoot),
      "Report's hash": wholeHex(report.hash),
      Results: plainValue(report.results),
    })}`;
}
