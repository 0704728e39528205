import { type Block, type LedgerHeight, type Mint, ZERO_HASH } from "@weft/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FastReplay } from "../replay/fastReplay.ts";
import {
  act,
  createPlayer,
  createTestChain,
  createTestRoom,
  joinRoom,
  ROOM,
  seal,
  type TestChain,
  type TestPlayer,
} from "../testChain.ts";
import { falseSeal, openRound, replay, report, sequenced, tampered } from "../testRound.ts";
import type { RoomJournal } from "../types.ts";
import { sealHolds } from "./sealClaim.ts";

const code = (expected: string) => expect.objectContaining({ code: expected });
const alice = createPlayer(1);
const bob = createPlayer(2);
const crownFor = (player: TestPlayer): Mint => ({ to: player.address, item: "crown" });

/** Alice on lane 0, Bob on lane 1, in a round. */
async function startRound() {
  const test = createTestChain();
  const journal = createTestRoom(test);
  for (const player of [alice, bob]) await joinRoom(test, journal, player);
  const { roundId } = openRound(test, journal);
  const end = () => {
    journal.append({ type: "roundEnd", roundId });
    return sequenced(journal);
  };
  return { test, journal, roundId, end };
}

/** A restarted node, and whoever replays, have the room as its host has it, and say the same of its round. */
async function expectAgreement(test: TestChain, journal: RoomJournal): Promise<void> {
  // So much later that the block has the root of the state as it is.
  test.advance(1000);
  journal.append({ type: "checkpoint", stateHash: ZERO_HASH });
  await sequenced(journal);
  const { record } = journal;
  expect(replay(test).state.room(ROOM)).toEqual(record);
  const resumed = createTestChain(test.ledger).chain.resumeRoom(ROOM);
  expect(resumed.record).toEqual(record);
  expect(resumed.fullySealedLanes()).toEqual(journal.fullySealedLanes());
  if (record.round?.end === undefined) return;
  expect(resumed.draftReport()).toEqual(journal.draftReport());
  expect(resumed.reportedLanes()).toEqual(journal.reportedLanes());
}

test("a false seal in the middle harms nobody: a later one covers what it claimed", async () => {
  const { test, journal, end } = await startRound();
  for (const lane of [0, 1]) act(journal, lane, 1);
  falseSeal(journal, 0);
  act(journal, 0, 2);
  seal(journal, 0, alice);
  seal(journal, 1, bob);
  await end();
  expect(journal.fullySealedLanes()).toEqual([0, 1]);
  expect(journal.draftReport().actions).toBe(3);
  const said = report(journal, [crownFor(alice), crownFor(bob)]);
  journal.append({ type: "report", report: said });
  await expectAgreement(test, journal);
});

test("who sends a false seal at the end loses by it, and nobody else", async () => {
  const { test, journal, end } = await startRound();
  for (const lane of [0, 1]) act(journal, lane, 1);
  for (const [lane, player] of [alice, bob].entries()) seal(journal, lane, player);
  act(journal, 0, 2);
  await end();
  falseSeal(journal, 0);
  expect(journal.fullySealedLanes()).toEqual([1]);
  // What she had signed before the end counts.
  expect(journal.draftReport().actions).toBe(2);
  expect(journal.reportedLanes().map(({ head }) => head.seq)).toEqual([1, 1]);
  const toAlice = report(journal, [crownFor(alice)]);
  expect(() => journal.append({ type: "report", report: toAlice })).toThrow(code("MINT_UNSEALED"));
  await expectAgreement(test, journal);
  journal.append({ type: "report", report: report(journal, [crownFor(bob)]) });
  await expectAgreement(test, journal);
});

test("with nothing but false seals a lane counts for nothing; with a true one at last, for all", async () => {
  const { test, journal, end } = await startRound();
  for (const lane of [0, 1]) {
    act(journal, lane, 1);
    falseSeal(journal, lane);
  }
  await end();
  expect(journal.fullySealedLanes()).toEqual([]);
  expect(journal.draftReport().actions).toBe(0);
  expect(journal.reportedLanes()).toEqual([]);
  await expectAgreement(test, journal);
  seal(journal, 1, bob);
  expect(journal.fullySealedLanes()).toEqual([1]);
  expect(journal.draftReport().actions).toBe(1);
  await expectAgreement(test, journal);
});

test("a false seal after one of the same head, made before the end, takes nothing away", async () => {
  const { test, journal, end } = await startRound();
  act(journal, 0, 1);
  seal(journal, 0, alice);
  await end();
  falseSeal(journal, 0);
  expect(journal.fullySealedLanes()).toEqual([0, 1]);
  expect(journal.draftReport().actions).toBe(1);
  await expectAgreement(test, journal);
});

test("a report that counts a lane with a false newest seal is refused by whoever replays", async () => {
  const { test, journal, end } = await startRound();
  for (const lane of [0, 1]) act(journal, lane, 1);
  for (const [lane, player] of [alice, bob].entries()) seal(journal, lane, player);
  await end();
  const honest = report(journal, [crownFor(alice)]);
  journal.append({ type: "report", report: honest });
  const height = await sequenced(journal);
  const blocks = [...test.ledger.blocks({ fromHeight: 0 as LedgerHeight })];
  // The same ledger, but for Alice's signature, by a host that says it has never looked.
  const replayed = new FastReplay(test.ledger);
  const forged = blocks.map((block) =>
    tampered(block, (event) =>
      event.type === "seal" && event.lane === 0
        ? { ...event, signature: new Uint8Array(64).fill(7) }
        : event,
    ),
  );
  for (const block of forged.slice(0, height)) replayed.apply(block);
  expect(() => replayed.apply(forged[height] as Block)).toThrow(
    expect.objectContaining({ code: "BLOCK_INVALID", cause: code("REPORT_MISMATCH") }),
  );
  // Its own ledger is no better: nobody verified every seal when it came.
  const recalled = new FastReplay(test.ledger);
  for (const block of forged.slice(0, height)) recalled.recall(block);
  expect(() => recalled.recall(forged[height] as Block)).toThrow(
    expect.objectContaining({ code: "BLOCK_INVALID", cause: code("REPORT_MISMATCH") }),
  );
});

test("what a report would verify is told before, newest first, and then isn't any more", async () => {
  const { journal, end } = await startRound();
  for (const lane of [0, 1]) act(journal, lane, 1);
  for (const [lane, player] of [alice, bob].entries()) seal(journal, lane, player);
  act(journal, 0, 2);
  expect(journal.unverifiedSeals()).toEqual([]);
  await end();
  falseSeal(journal, 0);
  const lanesAndNumbers = () =>
    journal.unverifiedSeals().map(({ lane, claim }) => `${lane}:${claim.seq}`);
  expect(lanesAndNumbers()).toEqual(["0:2", "1:1"]);
  expect(journal.unverifiedSeals().map(sealHolds)).toEqual([false, true]);
  // The newest doesn't hold, so the one before it decides.
  expect(lanesAndNumbers()).toEqual(["0:1"]);
  expect(journal.unverifiedSeals().map(sealHolds)).toEqual([true]);
  expect(lanesAndNumbers()).toEqual([]);
});

const steps = ["act", "act", "act", "seal", "false", "foreign", "end", "open", "report", "block"];

test("whatever is sealed, truly or not: host, restarted host and replay agree on lanes, roots and reports", async () => {
  const step = fc.tuple(fc.constantFrom(...steps), fc.constantFrom(0, 1));
  const check = async (script: (readonly [string, 0 | 1])[]) => {
    const { test, journal, roundId: first } = await startRound();
    let roundId = first;
    const does: Record<string, (lane: 0 | 1) => unknown> = {
      act: (lane) => act(journal, lane, 1),
      seal: (lane) => seal(journal, lane, lane === 0 ? alice : bob),
      foreign: (lane) => seal(journal, lane, lane === 0 ? bob : alice),
      false: (lane) => falseSeal(journal, lane),
      end: () => journal.append({ type: "roundEnd", roundId }),
      open: () => {
        roundId = openRound(test, journal).roundId;
      },
      report: () => journal.append({ type: "report", report: report(journal, []) }),
      block: () => {
        test.advance(700);
        journal.append({ type: "checkpoint", stateHash: ZERO_HASH });
        return sequenced(journal);
      },
    };
    for (const [name, lane] of script) {
      try {
        await does[name]?.(lane);
      } catch (error) {
        // A round that isn't open, has ended, has no height yet.
        expect(error).toMatchObject({ code: expect.stringMatching(/^ROUND_/) });
      }
    }
    await expectAgreement(test, journal);
    await test.chain.stop();
  };
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), check), { numRuns: 40 });
}, 60_000);
