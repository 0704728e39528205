import { finalityOf, type LedgerHeight, ledgerHeight, ZERO_HASH } from "@weft/protocol";
import { describe, expect, test } from "vitest";
import { type Peer, Seat } from "./seat.ts";

const height = ledgerHeight;
const nothing = () => {};
const peer: Peer = {
  ready: true,
  bufferedBytes: 0,
  send: nothing,
  close: nothing,
};
const newSeat = () => new Seat(0, ZERO_HASH, 0, peer, 0);

function told(seat: Seat, newest?: LedgerHeight) {
  const { hasNews } = seat;
  const finality = seat.newFinality(newest);
  if (finality !== undefined) expect(hasNews).toBe(true);
  return finality && finalityOf(finality);
}

describe("finality", () => {
  test("is told when it changes, and once", () => {
    const seat = newSeat();
    expect(told(seat)).toBeUndefined();
    expect(told(seat, height(7))).toEqual({ applied: 0, sequenced: 0, sealed: 0, height: 7 });
    expect(told(seat, height(8))).toBeUndefined();
    expect(seat.hasNews).toBe(false);
    seat.noteFrame(0);
    expect(told(seat, height(8))).toEqual({ applied: 1, sequenced: 0, sealed: 0, height: 7 });
    seat.noteSequenced(height(9));
    expect(told(seat, height(10))).toEqual({ applied: 1, sequenced: 1, sealed: 0, height: 9 });
    seat.noteSeal(1);
    expect(told(seat)).toMatchObject({ sealed: 1 });
    seat.forgetTold();
    expect(told(seat)).toMatchObject({ applied: 1, sequenced: 1, sealed: 1 });
  });

  test("counts the frames that are applied and not on disk", () => {
    const seat = newSeat();
    for (let seq = 1; seq <= 3; seq++) seat.noteFrame(0);
    seat.noteSequenced(height(11));
    seat.noteSequenced(height(13));
    expect(seat.unsequenced).toBe(1);
    expect(told(seat)).toEqual({ applied: 3, sequenced: 2, sealed: 0, height: 13 });
  });

  test("of a place out of the ledger: all of its frames are on disk", () => {
    const head = { seq: 5, hash: ZERO_HASH };
    const sealed = { seq: 4, hash: ZERO_HASH, signature: undefined };
    const lane = { sessionId: ZERO_HASH, head, sealed };
    const seat = Seat.restore(0, lane, height(20), 0);
    expect(seat.unsequenced).toBe(0);
    expect(told(seat, height(21))).toEqual({ applied: 5, sequenced: 5, sealed: 4, height: 20 });
  });
});
