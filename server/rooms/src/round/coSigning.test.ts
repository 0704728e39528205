import { coSignMessage, toReportArgs } from "@weft/contracts";
import {
  actionsRoot,
  type ChainId,
  decodeCoSignRequest,
  type LedgerHeight,
  Message,
  type RoundReport,
} from "@weft/protocol";
import { type TestSessionKey, testSessionKey } from "@weft/protocol/testing/node";
import { beforeEach, describe, expect, test } from "vitest";
import { Seat } from "../room/seat.ts";
import { CoSigning } from "./coSigning.ts";
import { createRoundPlayers } from "./roundPlayers.ts";

const zkChainId = 5700 as ChainId;
const hash = `0x${"a1".repeat(32)}` as const;
const report: RoundReport = {
  roundId: hash,
  room: `0x${"12".repeat(20)}`,
  fromHeight: 1 as LedgerHeight,
  toHeight: 2 as LedgerHeight,
  actions: 3,
  actionsRoot: actionsRoot([]),
  results: Uint8Array.of(0),
  mints: [],
};

type Member = { readonly seat: Seat; readonly key: TestSessionKey; readonly asked: Uint8Array[] };

function createMember(lane: number): Member {
  const asked: Uint8Array[] = [];
  const peer = {
    ready: true,
    bufferedBytes: 0,
    send: (type: string, message: unknown) => {
      if (type === Message.coSignRequest) asked.push(message as Uint8Array);
    },
    close: () => {},
  };
  return { seat: new Seat(lane, hash, 0, peer, 0), key: testSessionKey(), asked };
}

let members: [Member, Member, Member];
/** Came after the opening. */
let newcomer: Member;
beforeEach(() => {
  members = [createMember(0), createMember(1), createMember(2)];
  newcomer = createMember(3);
});

function ask(untilMs = 1000): CoSigning {
  const all = [...members, newcomer];
  return new CoSigning({
    zkChainId,
    report,
    lanes: [],
    players: createRoundPlayers(
      members.map(({ key }) => key),
      [0, 1, 2],
    ),
    seats: all.map(({ seat }) => seat),
    sessionKeyOf: ({ lane }) => all[lane]?.key.sessionKey,
    untilMs,
  });
}

const signatureOf = ({ key }: Member, of: RoundReport = report) => ({
  roundId: of.roundId,
  signature: key.sign(coSignMessage(zkChainId, toReportArgs(of))),
});

/** Whether it is over by now. */
const isFinished = (coSigning: CoSigning) =>
  Promise.race([coSigning.finished.then(() => true), new Promise((go) => setImmediate(go, false))]);

test("asks the players of the opening, and nobody else", () => {
  ask();
  for (const { asked } of members) {
    expect(asked.map((bytes) => decodeCoSignRequest(bytes))).toEqual([{ report, lanes: [] }]);
  }
  expect(newcomer.asked).toEqual([]);
});

describe("is over", () => {
  test("when everybody has signed, and has what the contract takes, in its order", async () => {
    const coSigning = ask();
    for (const member of members) {
      expect(await isFinished(coSigning)).toBe(false);
      expect(coSigning.take(member.seat, signatureOf(member))).toBe("taken");
    }
    await coSigning.finished;
    expect(coSigning.coSignatures.map(({ player }) => player)).toEqual([0, 1, 2]);
    expect(coSigning.take(members[0].seat, signatureOf(members[0]))).toBe("CO_SIGNATURE_LATE");
  });

  test("when those who haven't are gone", async () => {
    const coSigning = ask();
    coSigning.take(members[0].seat, signatureOf(members[0]));
    members[1].seat.gone = true;
    coSigning.step(1);
    expect(await isFinished(coSigning)).toBe(false);
    members[2].seat.gone = true;
    coSigning.step(2);
    await coSigning.finished;
    expect(coSigning.coSignatures).toHaveLength(1);
  });

  test("when the time is, signed or not", async () => {
    const coSigning = ask(1000);
    coSigning.step(999);
    expect(await isFinished(coSigning)).toBe(false);
    coSigning.step(1000);
    await coSigning.finished;
    expect(coSigning.take(members[0].seat, signatureOf(members[0]))).toBe("CO_SIGNATURE_LATE");
    expect(coSigning.coSignatures).toEqual([]);
  });

  test("at once where there is nobody to ask", async () => {
    for (const { seat } of members) seat.gone = true;
    await ask().finished;
  });
});

describe("CO_SIGNATURE_INVALID", () => {
  test("of garbage, of another report, of another player, of a newcomer", () => {
    const coSigning = ask();
    const [first, second] = members;
    const wrong = [
      { roundId: hash, signature: new Uint8Array(64) },
      { roundId: hash, signature: new Uint8Array(3) },
      signatureOf(first, { ...report, actions: 4 }),
      signatureOf(second),
    ];
    for (const one of wrong) expect(coSigning.take(first.seat, one)).toBe("CO_SIGNATURE_INVALID");
    expect(coSigning.take(newcomer.seat, signatureOf(newcomer))).toBe("CO_SIGNATURE_INVALID");
    expect(coSigning.coSignatures).toEqual([]);
    expect(coSigning.take(first.seat, signatureOf(first))).toBe("taken");
  });
});

test("CO_SIGNATURE_LATE of another round", () => {
  const other = { ...report, roundId: `0x${"b2".repeat(32)}` as const };
  expect(ask().take(members[0].seat, signatureOf(members[0], other))).toBe("CO_SIGNATURE_LATE");
});

test("a second signature is one signature", () => {
  const coSigning = ask();
  coSigning.take(members[0].seat, signatureOf(members[0]));
  expect(coSigning.take(members[0].seat, signatureOf(members[0]))).toBe("taken");
  expect(coSigning.coSignatures).toHaveLength(1);
});

test("who comes back is asked again", () => {
  const coSigning = ask();
  coSigning.askAgain(members[1].seat);
  coSigning.askAgain(newcomer.seat);
  expect(members[1].asked).toHaveLength(2);
  expect(newcomer.asked).toHaveLength(0);
});
