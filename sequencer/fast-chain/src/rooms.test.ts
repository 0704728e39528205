import { createHash } from "node:crypto";
import {
  actionsRoot,
  type Block,
  encodeFrame,
  encodeValue,
  type Hash,
  type LedgerHeight,
  type RoomEvent,
  timestampMs,
  type Value,
} from "@weft/protocol";
import { expect, test } from "vitest";
import { FastReplay } from "./replay/fastReplay.ts";
import {
  act,
  createPlayer,
  createTestChain,
  createTestRoom,
  joinRoom,
  ROOM,
  seal,
  type TestPlayer,
} from "./testChain.ts";
import { openRound, replay, report, sequenced, tampered } from "./testRound.ts";
import type { RoomProgram } from "./types.ts";

const alice = createPlayer(1);
const bob = createPlayer(2);
const code = (expected: string) => expect.objectContaining({ code: expected });

/** A game of adding numbers; the sum's owner gets the prize. */
function createProgram(): RoomProgram {
  let log: Value[] = [];
  const payouts = new Map<number, Hash>();
  return {
    join: ({ lane, payout }) => {
      payouts.set(lane, payout);
      log = [...log, ["join", lane]];
    },
    leave: (lane) => {
      payouts.delete(lane);
      log = [...log, ["leave", lane]];
    },
    frame: (lane, { input }) => {
      log = [...log, [lane, input]];
      return { applied: true };
    },
    tick: (nowMs) => {
      log = [...log, nowMs];
    },
    roundOpen: ({ seed }) => {
      log = [...log, seed];
    },
    report: () => ({
      results: encodeValue(log.length),
      mints: [...payouts.values()].slice(0, 1).map((to) => ({ to, item: "crown" })),
    }),
    roundClose: () => {
      log = [...log, "closed"];
    },
    stateHash: () => `0x${createHash("sha256").update(encodeValue(log)).digest("hex")}`,
  };
}

async function playedRoom() {
  const test = createTestChain();
  const journal = createTestRoom(test);
  const players: [TestPlayer, number][] = [
    [alice, await joinRoom(test, journal, alice)],
    [bob, await joinRoom(test, journal, bob)],
  ];
  return { ...test, test, journal, players };
}

test("a played round replays into the same state, roots and report", async () => {
  const { test, chain, journal, players, advance, ledger } = await playedRoom();
  const program = createProgram();
  for (const [player, lane] of players) {
    program.join({ lane, sessionId: player.sessionId, payout: player.address });
  }
  const round = openRound(test, journal);
  const { roundId } = round;
  program.roundOpen(round);
  for (let step = 0; step < 40; step++) {
    for (const [, lane] of players) {
      act(journal, lane, { step });
      program.frame(lane, { seq: step + 1, action: "move", input: { step } });
    }
    advance(100);
    const nowMs = test.nowMs();
    journal.append({ type: "tick", nowMs: timestampMs(nowMs) });
    program.tick(nowMs);
    if (step % 10 === 9) {
      for (const [player, lane] of players) seal(journal, lane, player);
      journal.append({ type: "checkpoint", stateHash: program.stateHash() });
      await sequenced(journal);
    }
  }
  journal.append({ type: "roundEnd", roundId });
  expect(() => journal.draftReport()).toThrow(code("ROUND_NOT_ENDED"));
  await sequenced(journal);
  const { results, mints } = program.report();
  const said = { ...journal.draftReport(), results, mints };
  expect(said).toMatchObject({ roundId, actions: 80 });
  // Whoever has the lanes can check the root.
  expect(journal.reportedLanes().map(({ head }) => head.seq)).toEqual([40, 40]);
  expect(actionsRoot(journal.reportedLanes())).toBe(said.actionsRoot);
  expect(said.toHeight).toBeGreaterThan(said.fromHeight);
  journal.append({ type: "report", report: said });
  program.roundClose();
  journal.append({ type: "checkpoint", stateHash: program.stateHash() });
  await sequenced(journal);

  const replayed = replay(test, createProgram);
  expect(replayed.state.room(ROOM)).toEqual(chain.room(ROOM));
  const roots = [...ledger.blocks({ fromHeight: 0 as LedgerHeight })].map(
    (b) => b.header.stateRoot,
  );
  expect(new Set(roots).size).toBeGreaterThan(3);
  // Continuing from the ledger gives the same state once more.
  const restarted = createTestChain(ledger);
  expect(restarted.chain.room(ROOM)).toEqual(chain.room(ROOM));
  chain.stop();
});

test("unsealed frames never count, and pay nobody", async () => {
  const { test, journal, players } = await playedRoom();
  const [, [, bobLane]] = players as [[TestPlayer, number], [TestPlayer, number]];
  const { roundId } = openRound(test, journal);
  for (const [player, lane] of players) {
    act(journal, lane, 1);
    seal(journal, lane, player);
    act(journal, lane, 2);
  }
  seal(journal, 0, alice);
  journal.append({ type: "roundEnd", roundId });
  await sequenced(journal);
  expect(journal.fullySealedLanes()).toEqual([0]);
  expect(journal.draftReport().actions).toBe(3);
  const toBob = report(journal, [{ to: bob.address, item: "crown" }]);
  expect(() => journal.append({ type: "report", report: toBob })).toThrow(code("MINT_UNSEALED"));
  // A late seal still makes them count.
  act(journal, bobLane, 3);
  seal(journal, bobLane, bob);
  expect(journal.draftReport().actions).toBe(4);
  journal.append({ type: "report", report: report(journal, [{ to: bob.address, item: "crown" }]) });
  await sequenced(journal);
  replay(test);
});

test("a report over the cap, a second one, and one that the lanes don't bear out", async () => {
  const { test, journal, players } = await playedRoom();
  const { roundId } = openRound(test, journal, 1);
  expect(() => openRound(test, journal)).toThrow(code("ROUND_OPEN"));
  for (const [player, lane] of players) {
    act(journal, lane, 1);
    seal(journal, lane, player);
  }
  journal.append({ type: "roundEnd", roundId });
  expect(() => journal.append({ type: "roundEnd", roundId })).toThrow(code("ROUND_ALREADY_ENDED"));
  await sequenced(journal);
  const crown = { to: alice.address, item: "crown" };
  const over = report(journal, [crown, { to: bob.address, item: "crown" }]);
  const before = journal.record;
  expect(() => journal.append({ type: "report", report: over })).toThrow(code("REPORT_OVER_CAP"));
  for (const change of [
    { actions: 3 },
    { actionsRoot: roundId },
    { fromHeight: 0 as LedgerHeight },
  ]) {
    const forged = { ...report(journal, [crown]), ...change };
    expect(() => journal.append({ type: "report", report: forged })).toThrow(
      code("REPORT_MISMATCH"),
    );
  }
  expect(journal.record).toBe(before);
  const good = report(journal, [crown]);
  journal.append({ type: "report", report: good });
  expect(() => journal.append({ type: "report", report: good })).toThrow(code("ROUND_NOT_OPEN"));
});

test("frames and seals that don't fit are refused, and cost nothing", async () => {
  const { journal } = await playedRoom();
  const frame = (seq: number) => encodeFrame({ seq, action: "move", input: 1 });
  const signature = new Uint8Array(64);
  act(journal, 0, 1);
  const before = journal.record;
  const refused: [string, RoomEvent][] = [
    ["FRAME_MALFORMED", { type: "frame", lane: 0, frame: Uint8Array.of(1, 2, 3) }],
    ["FRAME_OUT_OF_ORDER", { type: "frame", lane: 0, frame: frame(1) }],
    ["FRAME_OUT_OF_ORDER", { type: "frame", lane: 0, frame: frame(3) }],
    ["LANE_UNKNOWN", { type: "frame", lane: 7, frame: frame(1) }],
    ["SEAL_SIGNATURE_INVALID", { type: "seal", lane: 0, seq: 1, signature: new Uint8Array(63) }],
    ["SEAL_OUT_OF_ORDER", { type: "seal", lane: 0, seq: 2, signature }],
    ["ROUND_NOT_OPEN", { type: "roundEnd", roundId: before.seed }],
  ];
  for (const [expected, event] of refused) {
    expect(() => journal.append(event)).toThrow(code(expected));
  }
  journal.append({ type: "tick", nowMs: timestampMs(5) });
  expect(() => journal.append({ type: "tick", nowMs: timestampMs(4) })).toThrow(code("CLOCK_FELL"));
  journal.append({ type: "leave", lane: 1, reason: "left" });
  expect(() => act(journal, 1, 1)).toThrow(code("LANE_UNKNOWN"));
  expect(journal.record.lanes[0]).toEqual(before.lanes[0]);
});

test("joining takes an open session of that game and a fresh ticket that it signed", async () => {
  const { test, chain, journal, advance } = await playedRoom();
  const join = (player: TestPlayer, ms: number, signer = player) => {
    const { sessionId } = player;
    const { ticket } = player.ticket(ms);
    const { signature } = signer === player ? player.ticket(ms) : signer.ticket(ms);
    const lane = journal.record.lanes.length;
    journal.append({ type: "join", lane, sessionId, issuedAtMs: ticket.issuedAtMs, signature });
  };
  const now = test.nowMs();
  expect(() => join(alice, now + 1)).toThrow(code("SESSION_IN_ROOM"));
  journal.append({ type: "leave", lane: 0, reason: "left" });
  expect(() => join(alice, now)).toThrow(code("TICKET_REUSED"));
  expect(() => join(alice, now + 2, bob)).toThrow(code("TICKET_SIGNATURE_INVALID"));
  expect(() => join(alice, alice.grant.expiresAtMs)).toThrow(code("SESSION_EXPIRED"));
  const eve = createPlayer(3);
  expect(() => join(eve, now + 1)).toThrow(code("SESSION_UNKNOWN"));
  join(alice, now + 3);
  advance(10);
  await chain.submit({ type: "closeSession", sessionId: bob.sessionId, reason: "logout" });
  journal.append({ type: "leave", lane: 1, reason: "left" });
  expect(() => join(bob, now + 9)).toThrow(code("SESSION_UNKNOWN"));
  await sequenced(journal);
  replay(test);
});

test("a login is checked, and a new one for the same pass replaces the old", async () => {
  const { chain } = createTestChain();
  const open = await alice.open();
  const stolen = { ...open, grant: { ...open.grant, payout: bob.address } };
  const forged = { ...open, login: { ...open.login, owner: bob.address } };
  const bobs = (await bob.open()).login.signature;
  const wrong: [string, typeof open][] = [
    ["LOGIN_MESSAGE_INVALID", stolen],
    ["LOGIN_MESSAGE_INVALID", forged],
    ["LOGIN_MESSAGE_INVALID", { ...open, login: { ...open.login, pass: 9n } }],
    ["LOGIN_MESSAGE_INVALID", { ...open, login: { ...open.login, message: "hello" } }],
    ["LOGIN_MESSAGE_INVALID", await alice.open({ sessionKey: `0x${"01".repeat(64)}` })],
    ["LOGIN_SIGNATURE_INVALID", { ...open, login: { ...open.login, signature: bobs } }],
    ["LOGIN_SIGNATURE_INVALID", { ...open, login: { ...open.login, signature: Uint8Array.of(1) } }],
  ];
  for (const [expected, one] of wrong) {
    await expect(chain.submit({ type: "openSession", ...one })).rejects.toThrow(code(expected));
  }
  const closed: [string, string][] = [];
  chain.onSessionClosed(({ id }, reason) => closed.push([id, reason]));
  await chain.submit({ type: "openSession", ...open });
  await expect(chain.submit({ type: "openSession", ...open })).rejects.toThrow(
    code("SESSION_EXISTS"),
  );
  await chain.submit({
    type: "openSession",
    ...(await alice.open({ expiresAtMs: timestampMs(alice.grant.expiresAtMs + 1) })),
  });
  expect(closed).toEqual([[alice.sessionId, "replaced"]]);
  expect(chain.session(alice.sessionId)).toBeUndefined();
});

test("replay names what is wrong with a block", async () => {
  const { test, journal, ledger } = await playedRoom();
  act(journal, 0, 1);
  seal(journal, 0, alice);
  const height = await sequenced(journal);
  journal.append({ type: "checkpoint", stateHash: `0x${"ab".repeat(32)}` });
  await sequenced(journal);
  const replay = new FastReplay(ledger, createProgram);
  const blocks = [...ledger.blocks({ fromHeight: 0 as LedgerHeight })];
  const last = blocks.pop();
  for (const block of blocks) replay.apply(tampered(block, (event) => event));
  expect(() => replay.apply(last as Block)).toThrow(
    expect.objectContaining({ cause: code("ROOM_STATE_MISMATCH") }),
  );
  const movedSeal = new FastReplay(ledger);
  for (const block of blocks.slice(0, height)) movedSeal.apply(block);
  const bad = tampered(blocks[height] as Block, (event) =>
    event.type === "seal" ? { ...event, seq: 2 } : event,
  );
  expect(() => movedSeal.apply(bad)).toThrow(
    expect.objectContaining({ code: "BLOCK_INVALID", cause: code("SEAL_OUT_OF_ORDER") }),
  );
  test.chain.stop();
  const wrongRoot = new FastReplay(ledger);
  const first = blocks[0] as Block;
  const header = { ...first.header, stateRoot: first.hash };
  expect(() => wrongRoot.apply({ ...first, header })).toThrow(code("STATE_ROOT_MISMATCH"));
});
