import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { Questioned } from "../../bench/rooms/questioned.ts";
import { DrivenPlay } from "./drivenPlay.ts";
import type { Census, MemoryServerQuestions } from "./messages.ts";

// The hour: npm run test:memory.
const MINUTES = Number(process.env.WEFT_MEMORY_MINUTES ?? 3);
/** Until then code is compiled, and caches get their size. */
const SETTLED_MINUTES = Math.min(5, MINUTES / 3);
const MIB = 1024 * 1024;
/** What may be between the two, of some 80 MiB. */
const TOLERANCE_BYTES = 6 * MIB;
/** Of what comes and goes, more may be there at one time than at another. */
const TOLERANCE_COUNT = 30;
const MINUTE_TIMEOUT_MS = 120_000;

const show = ({ heapBytes, rssBytes, counts }: Census) =>
  `heap ${(heapBytes / MIB).toFixed(1)} MiB, rss ${(rssBytes / MIB).toFixed(0)} MiB, ${JSON.stringify(counts)}`;

test(
  `${MINUTES} minutes of play leave nothing behind`,
  async () => {
    const dataDir = await mkdtemp(join(tmpdir(), "weft-memory-"));
    const server = new Questioned<MemoryServerQuestions>("../../test/memory/memoryServerMain.ts");
    try {
      const game = { seconds: 20, maxPlayers: 8 };
      const { url, nowMs } = await server.ask("start", { dataDir, game });
      await server.ask("drive", null);
      const play = new DrivenPlay(server, url, nowMs);
      await play.start();
      await play.playMinutes(SETTLED_MINUTES);
      const before = await server.ask("census", null);
      console.info(`after ${SETTLED_MINUTES} minutes: ${show(before)}`);
      await play.playMinutes(MINUTES - SETTLED_MINUTES);
      const after = await server.ask("census", null);
      console.info(`after ${MINUTES} minutes: ${show(after)}`);
      const { reported, closedRooms } = play.moment;
      console.info(`${play.joins} joins, ${closedRooms} rooms closed, ${reported} rounds reported`);
      // It was play, or else this says nothing.
      expect(closedRooms).toBeGreaterThan(MINUTES);
      expect(reported).toBeGreaterThan(MINUTES);
      expect(after.heapBytes - before.heapBytes).toBeLessThan(TOLERANCE_BYTES);
      for (const [what, count] of Object.entries(after.counts)) {
        expect(count - (before.counts[what] ?? 0), what).toBeLessThan(TOLERANCE_COUNT);
      }
    } finally {
      await server.end();
      await rm(dataDir, { recursive: true, force: true });
    }
  },
  MINUTES * MINUTE_TIMEOUT_MS,
);
