import { LedgerError } from "@weft/ledger";
import {
  type Address,
  type Block,
  type ChainNumber,
  decodeFastTransaction,
  type FastTransaction,
  timestampMs,
  ZERO_ADDRESS,
} from "@weft/protocol";
import { expect, onTestFinished, test, vi } from "vitest";
import { createPlayer, createTestChain, createTestRoom, FAST, joinRoom } from "./testChain.ts";
import type { RoomJournal } from "./types.ts";

const ROOMS = 5;
const addressOf = (index: number): Address => `0x${(index + 1).toString(16).padStart(40, "0")}`;
const player = createPlayer(1);

/** A chain whose turns come when the test says so, with rooms, each leaf of whose roots takes a turn. */
async function createSlicedChain() {
  let alarm: (() => void) | undefined;
  const test = createTestChain(undefined, {
    rootSliceBytes: 1,
    after(_, run) {
      alarm = run;
      return () => {
        alarm = undefined;
      };
    },
  });
  /** The next turn. @returns whether there was one */
  const turn = (): boolean => {
    const run = alarm;
    alarm = undefined;
    run?.();
    return run !== undefined;
  };
  const settle = () => {
    while (turn()) {}
  };
  const deposit = () => {
    const { deposits: nonce } = test.chain;
    const [amount, zkNumber] = [7n, 1 as ChainNumber];
    const recipient = player.address;
    return test.chain.submit({
      ...{ type: "deposit", nonce, asset: ZERO_ADDRESS },
      ...{ recipient, amount, zkNumber },
    });
  };
  const journals = Array.from({ length: ROOMS }, (_, index) =>
    createTestRoom(test, addressOf(index)),
  );
  settle();
  return { test, turn, settle, deposit, journals };
}

type Sliced = Awaited<ReturnType<typeof createSlicedChain>>;

const tick = (journal: RoomJournal) =>
  journal.append({ type: "tick", nowMs: timestampMs(journal.record.nowMs + 1) });

/** Something has happened in every room, and the block with it waits for its root. */
async function cut(sliced: Sliced): Promise<Block | undefined> {
  const { test, turn, journals } = sliced;
  test.advance(1000);
  for (const journal of journals) tick(journal);
  const head = test.ledger.head;
  turn();
  turn();
  expect(test.ledger.head).toBe(head);
  return head;
}

const transactionsOf = (block: Block | undefined): readonly FastTransaction[] =>
  block?.transactions.map(decodeFastTransaction) ?? [];

/** A new process goes through all blocks, and holds every root against its own. */
function expectReplays({ test }: Sliced): void {
  const replayed = createTestChain(test.ledger).chain;
  expect(replayed.rooms()).toEqual(test.chain.rooms());
}

test("what happens while a root is made is in the next block", async () => {
  const sliced = await createSlicedChain();
  const { test, settle, journals } = sliced;
  const head = await cut(sliced);
  const news: number[] = [];
  const [first] = journals as [RoomJournal];
  first.onSequenced(({ events }) => news.push(events));
  const events = first.record.events;
  for (const journal of journals) tick(journal);
  settle();
  const blocks = [1, 2].map((count) =>
    test.ledger.blockByNumber(FAST, ((head?.header.number ?? 0) + count) as ChainNumber),
  );
  for (const block of blocks) expect(transactionsOf(block)).toHaveLength(ROOMS);
  const roots = blocks.map((block) => block?.header.stateRoot);
  expect(roots[0]).not.toBe(head?.header.stateRoot);
  expect(roots[1]).toBe(roots[0]);
  await expect.poll(() => news).toEqual([events, events + 1]);
  test.advance(1000);
  tick(first);
  settle();
  expectReplays(sliced);
});

test("transactions wait for the block before theirs, and keep their order", async () => {
  const sliced = await createSlicedChain();
  const { test, settle, deposit, journals } = sliced;
  const head = await cut(sliced);
  const first = deposit();
  const refused = deposit();
  const [journal] = journals as [RoomJournal];
  tick(journal);
  settle();
  await expect(first).resolves.toMatchObject({ number: (head?.header.number ?? 0) + 2 });
  // Both have the same nonce: the later one is the second.
  await expect(refused).rejects.toMatchObject({ code: "DEPOSIT_OUT_OF_ORDER" });
  expect(test.chain.balance(ZERO_ADDRESS, player.address)).toBe(7n);
  expectReplays(sliced);
});

test("who joins or leaves doesn't wait", async () => {
  const sliced = await createSlicedChain();
  const { test, settle, journals } = sliced;
  const opened = test.chain.submit({ type: "openSession", ...(await player.open()) });
  settle();
  await opened;
  const head = await cut(sliced);
  const [journal] = journals as [RoomJournal];
  const lane = await joinRoom(test, journal, player);
  journal.append({ type: "leave", lane, reason: "left" });
  expect(test.ledger.head).toBe(head);
  settle();
  expectReplays(sliced);
});

test("what looks at the block before has it ordered at once", async () => {
  const sliced = await createSlicedChain();
  const { test, settle } = sliced;
  const head = await cut(sliced);
  createTestRoom(test, addressOf(ROOMS));
  expect(test.ledger.head?.header.parentHash).toBe(head?.hash);
  expect(transactionsOf(test.ledger.head)).toHaveLength(ROOMS);
  settle();
  expectReplays(sliced);
});

test("while the disk is behind, play goes on, and what must come after the block is refused: BLOCK_FULL", async () => {
  const sliced = await createSlicedChain();
  const { test, turn, settle, journals } = sliced;
  const head = await cut(sliced);
  const propose = vi.spyOn(test.ledger, "propose").mockImplementation(() => {
    throw new LedgerError("STORE_BUSY", "the disk is too far behind");
  });
  onTestFinished(() => propose.mockRestore());
  const full = expect.objectContaining({ code: "BLOCK_FULL" });
  expect(() => createTestRoom(test, addressOf(ROOMS))).toThrow(full);
  const [journal] = journals as [RoomJournal];
  tick(journal);
  expect(() => journal.append({ type: "close" })).toThrow(full);
  expect(turn()).toBe(true);
  expect(test.ledger.head).toBe(head);
  propose.mockRestore();
  settle();
  expect(test.ledger.head?.header.number).toBe((head?.header.number ?? 0) + 2);
  expectReplays(sliced);
});

test("when the disk fails, who waits hears of it, and whoever comes is refused: CHAIN_STOPPED", async () => {
  const sliced = await createSlicedChain();
  const { test, settle, deposit } = sliced;
  await cut(sliced);
  const waiting = deposit();
  vi.spyOn(test.ledger, "propose").mockImplementation(() => {
    throw new LedgerError("STORE_FAILED", "the disk is gone");
  });
  settle();
  await expect(waiting).rejects.toMatchObject({ code: "STORE_FAILED" });
  await expect(deposit()).rejects.toMatchObject({ code: "CHAIN_STOPPED" });
  await test.chain.stop();
});

test("a chain that stops while the disk is behind refuses who waits, and whoever comes", async () => {
  const sliced = await createSlicedChain();
  const { test, deposit } = sliced;
  await cut(sliced);
  const waiting = deposit();
  vi.spyOn(test.ledger, "propose").mockImplementation(() => {
    throw new LedgerError("STORE_BUSY", "the disk is too far behind");
  });
  await Promise.all([test.chain.stop(), expect(waiting).rejects.toThrow("stopped")]);
  await expect(deposit()).rejects.toMatchObject({ code: "CHAIN_STOPPED" });
});

test("a chain that stops orders all that it took", async () => {
  const sliced = await createSlicedChain();
  const { test, deposit, journals } = sliced;
  const head = await cut(sliced);
  const [journal] = journals as [RoomJournal];
  tick(journal);
  const deposited = deposit();
  await test.chain.stop();
  await expect(deposited).resolves.toMatchObject({ number: (head?.header.number ?? 0) + 2 });
  await expect(deposit()).rejects.toMatchObject({ code: "CHAIN_STOPPED" });
  expectReplays(sliced);
});
