import { silentLogger, startNode, type WeftNode } from "@weft/node";
import { keccak256, type LedgerHeight, type RoundReport, type TimestampMs } from "@weft/protocol";
import { afterAll, beforeAll, expect, test } from "vitest";
import { ZK_ATTEMPTS } from "../limits.ts";
import { RoundReports } from "./roundReports.ts";

let node: WeftNode;
const waits: number[] = [];
const wait = async (ms: number) => void waits.push(ms);

beforeAll(async () => {
  node = await startNode({ rpc: { port: 0 }, logger: silentLogger });
  await new RoundReports(node, wait).registerGame("tally", 2);
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
});

const report = (name: string, prizes: number): RoundReport => ({
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

test("what fails on the way is tried again", async () => {
  const reports = new RoundReports(flaky({ before: 2 }), wait);
  waits.length = 0;
  await reports.open(opening("retried"));
  expect(waits).toEqual([500, 1000]);
});

test("what arrived although the answer was lost counts, once", async () => {
  const lost = new RoundReports(flaky({ after: 1 }), wait);
  await lost.open(opening("lost"));
  const { minted } = await new RoundReports(flaky({ after: 1 }), wait).report(report("lost", 2));
  expect(minted).toMatchObject([{ item: "crown" }, { item: "crown" }]);
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
  await reports.report(report("twice", 0));
  await expect(reports.open(opening("twice", 1))).rejects.toMatchObject({ code: "ROUND_STALE" });
});

test("a game is registered once, and again for more prizes", async () => {
  const calls: unknown[] = [];
  const send: typeof node.operator.send = (call) => {
    calls.push(call);
    return node.operator.send(call);
  };
  const reports = new RoundReports({ ...node, operator: { ...node.operator, send } }, wait);
  await reports.registerGame("tally", 2);
  await reports.registerGame("tally", 1);
  expect(calls).toHaveLength(0);
  await reports.registerGame("tally", 5);
  expect(calls).toHaveLength(1);
});
