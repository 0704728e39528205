import { coSignMessage, toCoSignatureArgs, toReportArgs } from "@weft/contracts";
import { silentLogger, startNode, type WeftNode } from "@weft/node";
import { keccak256, type LedgerHeight, type RoundReport, type TimestampMs } from "@weft/protocol";
import { testSessionKey } from "@weft/protocol/testing/node";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ZK_ATTEMPTS } from "../limits.ts";
import { gameIdOf } from "./gameId.ts";
import { createRoundPlayers } from "./roundPlayers.ts";
import { RoundReports } from "./roundReports.ts";

const caps = { maxCap: 2, capWithoutQuorum: 1, mintsPerDay: 1000 };
/** So many that a quorum takes two transactions, and another one is left over. */
const keys = Array.from({ length: 20 }, testSessionKey);
const players = createRoundPlayers(
  keys,
  keys.map((_, lane) => lane),
);

let node: WeftNode;
const waits: number[] = [];
const wait = async (ms: number) => void waits.push(ms);

beforeAll(async () => {
  node = await startNode({ rpc: { port: 0 }, logger: silentLogger });
  await new RoundReports(node, wait).registerGame("tally", caps);
});
afterAll(() => node?.stop());

/** The real node, on a line that breaks now and then. */
function flaky(failures: { before?: number; after?: number }): typeof node {
  let { before = 0, after = 0 } = failures;
  const send: typeof node.operator.send = async (call) => {
    if (before-- > 0) throw new Error("the line is down");
    const receipt = await node.operator.send(call);
    if (after-- > 0) throw new Error("the line broke before the answer");
    return receipt;
  };
  return { ...node, operator: { ...node.operator, send } };
}

const roundIdOf = (name: string) => keccak256(Buffer.from(name));
const opening = (name: string, cap = 2) => ({
  roundId: roundIdOf(name),
  game: "tally",
  cap,
  deadlineMs: (Date.now() + 3_600_000) as TimestampMs,
  players: players.ids,
});

const reportOf = (name: string, prizes: number): RoundReport => ({
  roundId: roundIdOf(name),
  room: `0x${"12".repeat(20)}`,
  fromHeight: 1 as LedgerHeight,
  toHeight: 2 as LedgerHeight,
  actions: 3,
  actionsRoot: roundIdOf("actions"),
  results: Uint8Array.of(0),
  mints: Array.from({ length: prizes }, () => ({
    to: `0x${"34".repeat(20)}` as const,
    item: "crown",
  })),
});

/** A report that this many players have co-signed. */
function report(name: string, prizes: number, signers = 0) {
  const report = reportOf(name, prizes);
  const message = coSignMessage(node.zkChainId, toReportArgs(report));
  const coSignatures = keys.slice(0, signers).map(({ sessionKey, sign }) => {
    return toCoSignatureArgs(players.indexOf(sessionKey) ?? -1, sessionKey, sign(message));
  });
  return { report, players: players.ids, coSignatures };
}

test("what fails on the way is tried again", async () => {
  const reports = new RoundReports(flaky({ before: 2 }), wait);
  waits.length = 0;
  await reports.open(opening("retried"));
  expect(waits).toEqual([500, 1000]);
});

test("what arrived although the answer was lost counts, once", async () => {
  const lost = new RoundReports(flaky({ after: 1 }), wait);
  await lost.open(opening("lost"));
  const again = new RoundReports(flaky({ after: 1 }), wait);
  const reported = await again.report(report("lost", 2, 3));
  expect(reported).toMatchObject({ minted: [{ item: "crown" }], coSigned: 3, withheld: 1 });
});

test("a quorum's co-signatures go into as many transactions as it takes, and no more", async () => {
  const calls: unknown[] = [];
  const send: typeof node.operator.send = (call) => {
    calls.push(call);
    return node.operator.send(call);
  };
  const reports = new RoundReports({ ...node, operator: { ...node.operator, send } }, wait);
  await reports.open(opening("many"));
  calls.length = 0;
  const reported = await reports.report(report("many", 2, 20));
  expect(calls).toHaveLength(2);
  expect(reported).toMatchObject({ coSigned: 16, withheld: 0 });
  expect(reported.minted).toMatchObject([{ item: "crown" }, { item: "crown" }]);
  expect(new Set(reported.minted.map(({ tokenId }) => tokenId)).size).toBe(2);
});

test("an attestation that arrived although the answer was lost counts, once", async () => {
  await new RoundReports(node, wait).open(opening("attested"));
  let sent = 0;
  const send: typeof node.operator.send = async (call) => {
    const receipt = await node.operator.send(call);
    if (++sent === 2) throw new Error("the line broke before the answer");
    return receipt;
  };
  const reports = new RoundReports({ ...node, operator: { ...node.operator, send } }, wait);
  expect(await reports.report(report("attested", 2, 16))).toMatchObject({ withheld: 0 });
  expect(sent).toBe(2);
});

test("an attestation that fails for good costs the prizes that wait for it, and nothing else", async () => {
  await new RoundReports(node, wait).open(opening("unattested"));
  let sent = 0;
  const send: typeof node.operator.send = async (call) => {
    if (++sent > 1) throw new Error("the line is down");
    return node.operator.send(call);
  };
  const reports = new RoundReports({ ...node, operator: { ...node.operator, send } }, wait);
  const reported = await reports.report(report("unattested", 2, 16));
  expect(reported).toMatchObject({ coSigned: 8, withheld: 1 });
  expect(reported.minted).toHaveLength(1);
});

test("a chain that stays away is given up", async () => {
  const reports = new RoundReports(flaky({ before: ZK_ATTEMPTS }), wait);
  await expect(reports.open(opening("away"))).rejects.toMatchObject({
    code: "ZK_CHAIN_UNAVAILABLE",
  });
});

test("what the contract refuses is not tried again, and named", async () => {
  const reports = new RoundReports(node, wait);
  waits.length = 0;
  await expect(reports.open({ ...opening("x"), game: "chess" })).rejects.toMatchObject({
    code: "ROUND_REFUSED",
    details: { errorName: "GameNotRegistered" },
  });
  await expect(reports.open(opening("greedy", 3))).rejects.toMatchObject({
    details: { errorName: "CapAboveMaximum" },
  });
  await reports.open(opening("over"));
  await expect(reports.report(report("over", 3))).rejects.toMatchObject({
    code: "REPORT_REFUSED",
    details: { errorName: "CapExceeded" },
  });
  await expect(reports.report(report("never", 1))).rejects.toMatchObject({
    details: { errorName: "RoundNotOpen" },
  });
  expect(waits).toEqual([]);
});

test("a round that was opened otherwise, or is reported, can't be opened again", async () => {
  const reports = new RoundReports(node, wait);
  await reports.open(opening("twice", 1));
  await expect(reports.open(opening("twice", 2))).rejects.toMatchObject({ code: "ROUND_STALE" });
  const others = { ...opening("twice", 1), players: players.ids.slice(1) };
  await expect(reports.open(others)).rejects.toMatchObject({ code: "ROUND_STALE" });
  await reports.report(report("twice", 0));
  await expect(reports.open(opening("twice", 1))).rejects.toMatchObject({ code: "ROUND_STALE" });
});

/** Counts what the owner sends. */
function counting() {
  const { owner } = node;
  if (owner === undefined) throw new Error("the node has no owner");
  const calls: unknown[] = [];
  const send: typeof owner.send = (call) => {
    calls.push(call);
    return owner.send(call);
  };
  return { calls, owner: { ...owner, send } };
}

test("a game is registered once, and again for other caps, by the owner", async () => {
  const { calls, owner } = counting();
  const reports = new RoundReports({ ...node, owner }, wait);
  await reports.registerGame("tally", caps);
  await reports.registerGame("tally", { ...caps, maxCap: 1 });
  expect(calls).toHaveLength(0);
  await reports.registerGame("tally", { ...caps, maxCap: 5 });
  await reports.registerGame("tally", { ...caps, maxCap: 5, mintsPerDay: 7 });
  expect(calls).toHaveLength(2);
});

test.each(["the node doesn't have the owner's key", "the contracts were handed over"])(
  "what the owner registered holds, or GAME_NOT_REGISTERED: %s",
  async (why) => {
    // The operator stands for whoever was the owner before.
    const owner = why.startsWith("the node") ? undefined : node.operator;
    const reports = new RoundReports({ ...node, owner }, wait);
    await reports.registerGame("tally", { ...caps, mintsPerDay: 8 });
    const call = { to: node.contracts.roundReports, data: expect.stringMatching(/^0x/) };
    await expect(reports.registerGame("tally", { ...caps, maxCap: 6 })).rejects.toMatchObject({
      code: "GAME_NOT_REGISTERED",
      details: {
        game: gameIdOf("tally"),
        registration: { operator: node.operator.address },
        ...call,
      },
    });
  },
);
