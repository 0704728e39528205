import { coSignMessage, toReportArgs } from "@weft/contracts";
import {
  actionsRoot,
  type CoSignRequest,
  chainId,
  decodeCoSignature,
  encodeValue,
  extendLane,
  type Finality,
  type LaneHead,
  ledgerHeight,
  timestampMs,
} from "@weft/protocol";
import { describe, expect, test } from "vitest";
import { type ApproveReport, CoSigner, type ProposedReport } from "./coSigner.ts";
import { origin, start, testSignature } from "./testLane.ts";

const { room, sessionId } = origin;
const zkChainId = chainId(5700);
const roundId = `0x${"a1".repeat(32)}` as const;
const otherId = `0x${"b2".repeat(32)}` as const;
const winner = `0x${"99".repeat(20)}` as const;

/** This player's lane: three frames, of which two came before the round's end. */
const heads: LaneHead[] = [start];
for (let seq = 1; seq <= 3; seq++) {
  heads.push(extendLane(heads[seq - 1] as LaneHead, Uint8Array.of(seq)));
}
const headAt = (seq: number) => heads[seq];
const head = heads[2] as LaneHead;
const other: LaneHead = { seq: 7, hash: otherId };

const heard = (height: number, applied = 0): Finality => ({
  applied,
  sequenced: applied,
  sealed: 0,
  height: ledgerHeight(height),
});
const opened = (id: typeof roundId | typeof otherId = roundId) =>
  ({ phase: "opened", roundId: id, cap: 2, deadlineMs: timestampMs(1) }) as const;

const lanes = [
  { sessionId: otherId, head: other },
  { sessionId, head },
];

function requestOf(
  change: Partial<CoSignRequest["report"]> = {},
  of: CoSignRequest["lanes"] = lanes,
): CoSignRequest {
  const report = {
    roundId,
    room,
    fromHeight: ledgerHeight(11),
    toHeight: ledgerHeight(21),
    actions: 9,
    actionsRoot: actionsRoot(of),
    results: encodeValue({ best: 7n }),
    mints: [{ to: winner, item: "crown" }],
    ...change,
  };
  return { report, lanes: of };
}

/** A player who was there from the opening to the end. */
function createWitness(approve: ApproveReport = () => true) {
  const signed: Uint8Array[] = [];
  const signer = new CoSigner({
    zkChainId,
    sessionId,
    approve,
    sign: async (message) => {
      signed.push(message);
      return testSignature(message);
    },
  });
  signer.onRound(opened(), heard(10));
  return { signer, signed };
}

function createFullWitness(approve?: ApproveReport) {
  const witness = createWitness(approve);
  witness.signer.onSealRequest({ roundId, head }, heard(20, 2), headAt);
  return witness;
}

test("signs what is right: for the contract, on its chain", async () => {
  const { signer } = createFullWitness();
  const request = requestOf();
  const { roundId: signedRound, signature } = decodeCoSignature(await signer.coSign(request, room));
  expect(signedRound).toBe(roundId);
  const message = coSignMessage(zkChainId, toReportArgs(request.report));
  expect(signature).toEqual(testSignature(message));
});

test("shows the application the results, the prizes and whose actions count", async () => {
  const seen: ProposedReport[] = [];
  const { signer } = createFullWitness((report) => seen.push(report) > 0);
  await signer.coSign(requestOf(), room);
  expect(seen).toEqual([{ ...requestOf().report, results: { best: 7n }, lanes }]);
});

test("who did nothing signs for the others", async () => {
  const { signer } = createWitness();
  signer.onSealRequest({ roundId, head: start }, heard(20), headAt);
  await signer.coSign(requestOf({ actions: 7 }, lanes.slice(0, 1)), room);
});

test("asked again after a reconnection, signs again, without asking the application again", async () => {
  let asked = 0;
  const { signer, signed } = createFullWitness(() => ++asked > 0);
  // The news and the request come again, when more has been heard of.
  signer.onRound(opened(), heard(25));
  signer.onSealRequest({ roundId, head }, heard(30, 3), headAt);
  await Promise.all([signer.coSign(requestOf(), room), signer.coSign(requestOf(), room)]);
  expect({ asked, signed: signed.length }).toEqual({ asked: 1, signed: 2 });
});

describe("the server was started anew", () => {
  test("and the round's end, which wasn't on disk, comes again with more: that one counts", async () => {
    const { signer } = createWitness();
    signer.onSealRequest({ roundId, head: heads[1] as LaneHead }, heard(20, 1), headAt);
    signer.onWelcome();
    signer.onSealRequest({ roundId, head }, heard(20, 1), headAt);
    await signer.coSign(requestOf(), room);
  });

  test("and the same end comes again: what the game has applied since doesn't matter", async () => {
    const { signer } = createFullWitness();
    signer.onWelcome();
    signer.onSealRequest({ roundId, head }, heard(30, 3), headAt);
    await signer.coSign(requestOf(), room);
  });

  test("but without that, no other end is believed", async () => {
    const { signer } = createWitness();
    signer.onSealRequest({ roundId, head: heads[3] as LaneHead }, heard(20, 1), headAt);
    signer.onSealRequest({ roundId, head }, heard(20, 1), headAt);
    await expect(signer.coSign(requestOf(), room)).rejects.toMatchObject({
      code: "REPORT_MISMATCH",
    });
  });
});

describe("REPORT_MISMATCH, and nothing is signed, of a report", () => {
  const crown = { to: winner, item: "crown" };
  const forged: [string, CoSignRequest][] = [
    ["of another room", requestOf({ room: winner })],
    ["of another round", requestOf({ roundId: otherId })],
    ["that began before the opening was told", requestOf({ fromHeight: ledgerHeight(10) })],
    ["that ended before the end was told", requestOf({ toHeight: ledgerHeight(20) })],
    ["that ends before it begins", requestOf({ fromHeight: ledgerHeight(22) })],
    ["over the cap", requestOf({ mints: [crown, crown, crown] })],
    ["with a root that isn't the lanes'", requestOf({ actionsRoot: otherId })],
    ["with more actions than there are", requestOf({ actions: 10 })],
    ["without this player's lane", requestOf({}, lanes.slice(0, 1))],
    [
      "with fewer of this player's actions",
      requestOf({}, [{ sessionId, head: heads[1] as LaneHead }, ...lanes.slice(0, 1)]),
    ],
    [
      "with other actions of this player",
      requestOf({}, [{ sessionId, head: { ...head, hash: otherId } }, ...lanes.slice(0, 1)]),
    ],
  ];
  test.each(forged)("%s", async (_, request) => {
    const { signer, signed } = createFullWitness();
    await expect(signer.coSign(request, room)).rejects.toMatchObject({
      code: "REPORT_MISMATCH",
      details: { report: request.report },
    });
    expect(signed).toEqual([]);
  });

  const mismatch = { code: "REPORT_MISMATCH" };

  test("whose round this player never heard open, or end", async () => {
    const { signer } = createWitness();
    await expect(signer.coSign(requestOf(), room)).rejects.toMatchObject(mismatch);
    const late = createFullWitness();
    late.signer.onRound(opened(otherId), heard(30));
    await expect(late.signer.coSign(requestOf(), room)).rejects.toMatchObject(mismatch);
    expect(late.signed).toEqual([]);
  });

  test.each([
    ["that were never sent", { seq: 2, hash: otherId }, 2],
    ["of nobody knows when", { seq: 9, hash: otherId }, 2],
    ["without those that were applied in time", head, 3],
  ])("whose end has this player's actions %s", async (_, end, applied) => {
    const { signer, signed } = createWitness();
    signer.onSealRequest({ roundId, head: end }, heard(20, applied), headAt);
    const request = requestOf({}, [{ sessionId, head: end }]);
    await expect(signer.coSign(request, room)).rejects.toMatchObject(mismatch);
    expect(signed).toEqual([]);
  });

  test("after another one of the same round", async () => {
    const { signer, signed } = createFullWitness();
    await signer.coSign(requestOf(), room);
    const second = requestOf({ mints: [] });
    await expect(signer.coSign(second, room)).rejects.toMatchObject(mismatch);
    expect(signed).toHaveLength(1);
  });
});

describe("REPORT_REFUSED, and nothing is signed,", () => {
  const why = new Error("why");
  test.each<[string, ApproveReport, unknown]>([
    ["when the application says no", () => false, undefined],
    ["when it says no later", async () => false, undefined],
    [
      "when it throws",
      () => {
        throw why;
      },
      why,
    ],
    ["when it rejects", () => Promise.reject(why), why],
  ])("%s", async (_, approve, cause) => {
    const { signer, signed } = createFullWitness(approve);
    const error: unknown = await signer.coSign(requestOf(), room).catch((thrown) => thrown);
    expect(error).toMatchObject({ code: "REPORT_REFUSED" });
    expect((error as Error).cause).toBe(cause);
    expect(signed).toEqual([]);
  });
});
