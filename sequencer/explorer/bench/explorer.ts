import { setTimeout as delay } from "node:timers/promises";
import { startChromium } from "@weft/client-sdk/testing";
import { startNode } from "@weft/node";
import { type Address, type Hash, timestampMs } from "@weft/protocol";
import type { Page } from "playwright-core";
import { buildExplorer, ExplorerPage } from "../test/support/explorerPage.ts";
import { quiet } from "../test/support/playDen.ts";

export const about =
  "the live page in Chromium while the ledger grows by a hundred blocks a second: frames, questions to the node";

const MEASURED_MS = 5_000;
const WARM_UP_MS = 2_000;
/** A block is made every 10 ms in which there is anything to order. */
const EVENT_INTERVAL_MS = 5;
const room: Address = `0x${"ab".repeat(20)}`;
const gameHash: Hash = `0x${"cd".repeat(32)}`;

export async function run(log: (line: string) => void) {
  buildExplorer();
  const node = await startNode({ rpc: { port: 0 }, logger: quiet });
  const journal = node.fastChain.createRoom({ room, name: "busy", game: "bench", gameHash });
  const ticking = setInterval(
    () => journal.append({ type: "tick", nowMs: timestampMs(Date.now()) }),
    EVENT_INTERVAL_MS,
  );
  const browser = await startChromium();
  try {
    const { page } = await ExplorerPage.open(browser, `${node.rpc.url}/explorer`);
    await page.getByText("live", { exact: true }).waitFor();
    await delay(WARM_UP_MS);
    let questions = 0;
    page.on("request", () => questions++);
    const before = node.ledger.head?.header.height ?? 0;
    log(`watching for ${MEASURED_MS} ms`);
    const frames = (await measureFrames(page)).toSorted((left, right) => left - right);
    const seconds = MEASURED_MS / 1000;
    const blocks = (node.ledger.head?.header.height ?? 0) - before;
    const at = (share: number) => frames[Math.floor(share * (frames.length - 1))] ?? 0;
    return [
      { metric: "blocks of the ledger", value: blocks / seconds, unit: "1/s" },
      { metric: "frames drawn", value: frames.length / seconds, unit: "1/s" },
      { metric: "time between frames, 99 of 100", value: at(0.99), unit: "ms" },
      { metric: "time between frames, longest", value: at(1), unit: "ms" },
      { metric: "questions to the node", value: questions / seconds, unit: "1/s" },
    ];
  } finally {
    clearInterval(ticking);
    await browser.close();
    await node.stop();
  }
}

/** @returns milliseconds between one frame and the next */
function measureFrames(page: Page): Promise<number[]> {
  return page.evaluate(async (forMs) => {
    const times: number[] = [];
    const end = performance.now() + forMs;
    for (let last = performance.now(); last < end; ) {
      const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve));
      times.push(now - last);
      last = now;
    }
    return times;
  }, MEASURED_MS);
}
