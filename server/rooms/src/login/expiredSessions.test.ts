import { FastChainError, type Session } from "@weft/fast-chain";
import { silentLogger } from "@weft/node";
import type { FastTransaction, Hash } from "@weft/protocol";
import { expect, test } from "vitest";
import { MAX_EXPIRED_AT_ONCE, MAX_SWEPT_SESSIONS, MAX_TICKET_AGE_MS } from "../limits.ts";
import { ExpiredSessions } from "./expiredSessions.ts";

const NOW_MS = 10_000_000;
const OVER_MS = NOW_MS - MAX_TICKET_AGE_MS;

/** A chain's sessions, by when they expire. */
function createChain(expiries: readonly number[]) {
  const open = new Map<Hash, Session>();
  for (const [index, expiresAtMs] of expiries.entries()) {
    const id: Hash = `0x${index}`;
    open.set(id, { id, grant: { expiresAtMs } } as Session);
  }
  const playing = new Set<Hash>();
  const chain = { isFull: false };
  const sweeper = new ExpiredSessions({
    fastChain: {
      sessions: () => open.values(),
      async submit(transaction: FastTransaction) {
        if (chain.isFull) throw new FastChainError("BLOCK_FULL", "the disk is behind");
        if (transaction.type !== "closeSession") throw new Error(`a ${transaction.type}`);
        expect(open.delete(transaction.sessionId)).toBe(true);
        return undefined as never;
      },
    },
    isPlaying: (id) => playing.has(id),
    nowMs: () => NOW_MS,
    logger: silentLogger,
  });
  return { open, playing, chain, sweeper };
}

test("closes what is over, and not before the last ticket is", () => {
  const { open, sweeper } = createChain([OVER_MS - 1, OVER_MS, OVER_MS + 1, NOW_MS, NOW_MS + 1]);
  sweeper.sweep();
  expect([...open.keys()]).toEqual(["0x2", "0x3", "0x4"]);
});

test("whoever plays may stay, and is closed after that", () => {
  const { open, playing, sweeper } = createChain([0, 0]);
  playing.add("0x1");
  sweeper.sweep();
  expect([...open.keys()]).toEqual(["0x1"]);
  playing.clear();
  sweeper.sweep();
  expect(open.size).toBe(0);
});

test("what can't be closed now is closed later", async () => {
  const { open, chain, sweeper } = createChain([0]);
  chain.isFull = true;
  sweeper.sweep();
  await Promise.resolve();
  expect(open.size).toBe(1);
  chain.isFull = false;
  sweeper.sweep();
  expect(open.size).toBe(0);
});

test("however many there are, a sweep has its bounds, and some sweeps get through all", () => {
  const alive = Array.from({ length: MAX_SWEPT_SESSIONS }, () => NOW_MS);
  const over = Array.from({ length: 2.5 * MAX_EXPIRED_AT_ONCE }, () => 0);
  const { open, sweeper } = createChain([...alive, ...over]);
  const left = () => open.size - alive.length;
  sweeper.sweep();
  expect(left()).toBe(over.length);
  for (const closed of [100, 200, 250]) {
    sweeper.sweep();
    expect(left()).toBe(over.length - closed);
  }
  // At the end of the list, and then from its beginning.
  sweeper.sweep();
  sweeper.sweep();
  expect(left()).toBe(0);
});
