import type { ChainName, LedgerBlock } from "@weft/rpc/answers";
import { html, type TemplateResult } from "lit-html";
import { createRef, ref } from "lit-html/directives/ref.js";
import { repeat } from "lit-html/directives/repeat.js";
import { LIVE_ROWS } from "../limits.ts";
import { drawWeave } from "../live/drawWeave.ts";
import type { LiveLedger } from "../live/liveLedger.ts";
import { paceOf } from "../live/pace.ts";
import { formatBytes, formatCount, formatTime, shortHex } from "../ui/format.ts";
import { blockLink, chainBadge } from "../ui/links.ts";
import type { View, ViewContext } from "../view.ts";
import { blockContents } from "./summaries.ts";

/** The ledger as it grows. */
export function createLiveView({ live, redraw }: ViewContext): View {
  const canvas = createRef<HTMLCanvasElement>();
  const stopListening = live.listen(redraw);
  const resize = () => redraw();
  addEventListener("resize", resize);
  // in a tab that nobody sees, there is nothing to see
  const watch = () => live.watch(!document.hidden);
  document.addEventListener("visibilitychange", watch);
  watch();
  return {
    title: "Ledger",
    template() {
      // After lit-html has put the canvas where it belongs.
      queueMicrotask(() => canvas.value && drawWeave(canvas.value, live.blocks));
      return html`<div class="title">
          <h1>Ledger</h1>
          ${liveState(live)}
          <button class="push" @click=${() => live.pause(!live.isPaused)}>
            ${live.isPaused ? "Go on" : "Pause"}
          </button>
        </div>
        ${live.error ? html`<p class="note bad" role="alert">${live.error.message}</p>` : ""}
        ${figures(live)}
        <div class="weave">
          <canvas ${ref(canvas)} aria-hidden="true"></canvas>
          <p class="legend">
            <span>${chainBadge("fast")} above</span><span>${chainBadge("zk")} below</span>
            <span class="dim">a column a block, newest at the right, taller with what it carries</span>
          </p>
        </div>
        ${blocksTable(live.blocks)}`;
    },
    stop() {
      stopListening();
      live.watch(false);
      document.removeEventListener("visibilitychange", watch);
      removeEventListener("resize", resize);
    },
  };
}

function liveState(live: LiveLedger): TemplateResult {
  if (live.isPaused) {
    return html`<span class="badge" role="status">paused, ${formatCount(live.missed)} new</span>`;
  }
  return live.isConnected
    ? html`<span class="badge good" role="status">live</span>`
    : html`<span class="badge bad" role="status">not connected</span>`;
}

function figures(live: LiveLedger): TemplateResult {
  const { blocks, numbers } = live;
  const [newest] = blocks;
  const { blocksPerSecond, eventsPerSecond } = paceOf(blocks, live.quietMs);
  const numberOf = (chain: ChainName) => {
    const number = numbers.get(chain);
    return number === undefined ? "–" : formatCount(number);
  };
  const all: readonly [string, string][] = [
    ["Height", newest === undefined ? "–" : formatCount(newest.height)],
    ["Fast chain's number", numberOf("fast")],
    ["ZK chain's number", numberOf("zk")],
    ["Blocks a second", formatCount(blocksPerSecond)],
    ["Events a second", formatCount(eventsPerSecond)],
  ];
  return html`<dl class="figures">
    ${all.map(([name, value]) => html`<div><dt>${name}</dt><dd class="num">${value}</dd></div>`)}
  </dl>`;
}

function blocksTable(blocks: readonly LedgerBlock[]): TemplateResult {
  if (blocks.length === 0) return html`<p class="note" role="status">Waiting for blocks …</p>`;
  return html`<div class="scroll" role="region" aria-label="The newest blocks" tabindex="0">
    <table class="live">
      <caption class="hidden">
        The newest blocks
      </caption>
      <thead>
        <tr>
          <th scope="col" class="right">Height</th>
          <th scope="col">ChainName</th>
          <th scope="col" class="right">Number</th>
          <th scope="col">Time</th>
          <th scope="col">What is in it</th>
          <th scope="col" class="right">Size</th>
          <th scope="col">Hash</th>
        </tr>
      </thead>
      <tbody>
        ${repeat(
          blocks.slice(0, LIVE_ROWS),
          ({ height }) => height,
          (block) => blockRow(block),
        )}
      </tbody>
    </table>
  </div>`;
}

function blockRow(block: LedgerBlock): TemplateResult {
  const sizeBytes = block.transactions.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0);
  return html`<tr class=${block.chain}>
    <td class="right">${blockLink(block.height)}</td>
    <td>${chainBadge(block.chain)}</td>
    <td class="right num">${formatCount(block.number)}</td>
    <td class="num">${formatTime(block.timestampMs)}</td>
    <td>${blockContents(block)}</td>
    <td class="right num">${formatBytes(sizeBytes)}</td>
    <td class="hex dim" title=${block.hash}>${shortHex(block.hash)}</td>
  </tr>`;
}
