import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, test } from "vitest";
import { findSetups } from "../../bench/rooms/transports.ts";
import { DropCode } from "../../src/errors.ts";
import { FRAMES_BURST, MAX_BUFFERED_BYTES } from "../../src/limits.ts";
import { MAX_SHOUT_BYTES } from "./crowdGame.ts";
import { PressureWorld } from "./pressureWorld.ts";
import {
  burst,
  type Comparison,
  compare,
  neverRead,
  SLOW_COMMIT_MS,
  slowDisk,
  type Turn,
} from "./scenarios.ts";

/** With so much in every patch, 20 times a second, who doesn't read is soon behind the system's buffers too. */
const NOISE_BYTES = 100_000;
/** Few, for they decode that too. */
const PLAYERS = 2;
const TURNS = 3;
/** A connection that ended without a word. */
const BROKEN = 1006;
/** What the heap may have more after gc: compiled code, caches of their size. */
const HEAP_TOLERANCE_BYTES = 24 * 1024 * 1024;
/** How long players are refused while the disk stands still. */
const STANDSTILL_MS = 1_500;
/** What the fast chain holds for the next block before it refuses more (`MAX_PENDING_BYTES` of `fastChain.ts`). */
const PENDING_BYTES = 8 * 1024 * 1024;
/**
 * The aim is 2, and `npm run bench -- pressure` says how far it is met. Here, on machines that do other things too, a
 * turn in three is to be below this: what the server does wrong shows in all of them.
 */
const FAR_OUTSIDE = 8;

function expectUnharmed(turns: readonly Turn[], name: string): void {
  for (const what of ["patchMs", "finalityMs"] as const) {
    expect(tell(turns, what, name).leastRatio).toBeLessThan(FAR_OUTSIDE);
  }
}

function tell(turns: readonly Turn[], what: "patchMs" | "finalityMs", name: string): Comparison {
  const comparison = compare(turns, what);
  const { normalMs, pressedMs, ratio } = comparison;
  const figures = `${normalMs.toFixed(0)} → ${pressedMs.toFixed(0)} ms (${ratio.toFixed(2)})`;
  console.info(`${name}: p99 of others, ${what}: ${figures}`);
  return comparison;
}

/** Nothing of what they did was refused or lost. */
async function expectAllKept(world: PressureWorld): Promise<ReadonlyMap<string, number>> {
  const frames = await world.audit();
  for (const player of world.players) {
    expect(player.sequenced).toBe(player.sent);
    expect(frames.get(player.room.player.sessionId)).toBe(player.sent);
  }
  return frames;
}

describe.each(findSetups())("$name", ({ transport, networkThread, name }) => {
  test("a client that reads slowly keeps its place, and sees the state as it was", async () => {
    const world = await PressureWorld.start({
      transport,
      networkThread,
      noiseBytes: 0,
      players: 1,
    });
    try {
      const shouter = await (await world.newPlayer()).join(world.roomId);
      shouter.room.reconnection.enabled = false;
      const { index } = await world.joinBad(await world.newPlayer(), true);
      const status = () => world.bad.ask("status", index);
      let noises = 0;
      for (let i = 0; i < 2; i++) {
        await world.bad.ask("pause", index);
        // Nothing more comes from the moment on in which it is behind: it can't be dropped however slow this test is.
        do {
          noises = shouter.act("shout", { bytes: MAX_SHOUT_BYTES });
          await shouter.next("finality", ({ applied }) => applied === noises);
        } while ((await world.server.ask("peak", null)).bufferedBytes < MAX_SHOUT_BYTES);
        await world.bad.ask("resume", index);
        await world.until(async () => (await status()).noises === noises);
      }
      expect(await status()).toMatchObject({ problems: [], refusals: [], closeCode: undefined });
      expect(await world.server.ask("drops", null)).toEqual([]);
    } finally {
      await world.end();
    }
  });

  test("a client that never reads is dropped, holds little memory, and holds nobody up", async () => {
    const options = { transport, networkThread, noiseBytes: NOISE_BYTES, players: PLAYERS };
    const world = await PressureWorld.start(options);
    try {
      await world.playFor(500);
      const beforeBytes = await world.server.ask("memory", null);
      const turns = [];
      for (let i = 0; i < TURNS; i++) turns.push(await neverRead(world));
      for (const { drop, peak } of turns) {
        expect(drop).toMatchObject({ code: DropCode.tooSlow, reason: "TOO_SLOW" });
        // A sample, taken somewhat before it was dropped.
        expect(peak.bufferedBytes).toBeGreaterThan(MAX_BUFFERED_BYTES / 2);
        // It is looked at with every patch.
        expect(peak.bufferedBytes).toBeLessThan(MAX_BUFFERED_BYTES + 2 * NOISE_BYTES);
      }
      const afterBytes = await world.server.ask("memory", null);
      expect(afterBytes - beforeBytes).toBeLessThan(HEAP_TOLERANCE_BYTES);
      expectUnharmed(turns, `${name}, never reads`);
      expect(world.players.flatMap(({ refusals }) => refusals)).toEqual([]);
      await expectAllKept(world);
    } finally {
      await world.end();
    }
  });

  test("100,000 frames at once: some are applied, in order, then the client is dropped", async () => {
    const world = await PressureWorld.start({
      transport,
      networkThread,
      noiseBytes: 0,
      players: PLAYERS,
    });
    try {
      await world.playFor(500);
      const beforeBytes = await world.server.ask("memory", null);
      const turns = [];
      for (let i = 0; i < TURNS; i++) {
        const turn = await burst(world);
        turns.push(turn);
        const code = DropCode.misbehaved;
        expect(turn.drop).toMatchObject({ code, reason: "TOO_MANY_BAD_MESSAGES" });
        // Told, where it got to reading it.
        const { closeCode } = await world.bad.ask("status", turn.client.index);
        expect([code, BROKEN]).toContain(closeCode);
      }
      const afterBytes = await world.server.ask("memory", null);
      expect(afterBytes - beforeBytes).toBeLessThan(HEAP_TOLERANCE_BYTES);
      expectUnharmed(turns, `${name}, burst`);
      expect(world.players.flatMap(({ refusals }) => refusals)).toEqual([]);
      const frames = await expectAllKept(world);
      for (const { client } of turns) {
        const taken = frames.get(client.sessionId) ?? 0;
        expect(taken).toBeGreaterThanOrEqual(FRAMES_BURST);
        expect(taken).toBeLessThan(10_000);
      }
    } finally {
      await world.end();
    }
  });
});

describe("a slow disk", () => {
  test("holds up what is told of it, and nothing else", async () => {
    const world = await PressureWorld.start({
      transport: "ws",
      networkThread: true,
      noiseBytes: 0,
      players: PLAYERS,
    });
    try {
      await world.playFor(500);
      const turns = [];
      for (let i = 0; i < TURNS; i++) turns.push(await slowDisk(world));
      expect(tell(turns, "patchMs", "slow disk").leastRatio).toBeLessThan(FAR_OUTSIDE);
      expect(tell(turns, "finalityMs", "slow disk").pressedMs).toBeGreaterThan(SLOW_COMMIT_MS);
      expect(world.players.flatMap(({ refusals }) => refusals)).toEqual([]);
      expect(await world.server.ask("drops", null)).toEqual([]);
      await expectAllKept(world);
    } finally {
      await world.end();
    }
  });

  test("that stands still: memory has its bound, players wait, nobody is dropped, nothing is lost", async () => {
    const world = await PressureWorld.start({
      transport: "ws",
      networkThread: true,
      noiseBytes: 0,
      players: PLAYERS,
    });
    try {
      await world.playFor(500);
      const filler = await world.newPlayer();
      const { ticket, signature } = await filler.ticket();
      const beforeBytes = await world.server.ask("memory", null);
      await world.server.ask("fullStore", true);
      const bytes = Buffer.from(signature.slice(2), "hex");
      const filled = await world.server.ask("fill", { ticket, signature: bytes });
      expect(filled.code).toBe("BLOCK_FULL");
      expect(filled.bytes).toBeGreaterThan(PENDING_BYTES / 2);
      const fullBytes = (await world.server.ask("memory", null)) - beforeBytes;
      console.info(`a disk that stands still: ${(fullBytes / 2 ** 20).toFixed(0)} MiB wait for it`);
      expect(fullBytes).toBeLessThan(PENDING_BYTES + HEAP_TOLERANCE_BYTES);
      const wasRefused = () =>
        world.players.every(({ refusals }) => refusals.includes("RATE_LIMITED"));
      await world.play(
        (async () => {
          await world.until(wasRefused);
          // Refused again and again.
          await wait(STANDSTILL_MS);
          await world.server.ask("fullStore", false);
        })(),
      );
      expect(await world.server.ask("drops", null)).toEqual([]);
      await world.until(async () => {
        const heldBytes = (await world.server.ask("memory", null)) - beforeBytes;
        return heldBytes < HEAP_TOLERANCE_BYTES;
      });
      await expectAllKept(world);
    } finally {
      await world.end();
    }
  });
});
