import { type LedgerHeight, ZERO_HASH } from "@weft/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Peer, Seat } from "./seat.ts";

const height = (value: number) => value as LedgerHeight;
const peer: Peer = { ready: true, bufferedBytes: 0, send() {}, close() {} };
const newSeat = () => new Seat(0, ZERO_HASH, { seq: 0, hash: ZERO_HASH }, peer, 0);

describe("finality", () => {
  test("is told when it changes, and once", () => {
    const seat = newSeat();
    expect(seat.newFinality()).toBeUndefined();
    seat.noteSequenced(1, height(7));
    expect(seat.newFinality()).toEqual({ applied: 0, sequenced: 0, sealed: 0, height: 7 });
    seat.noteSequenced(2, height(8));
    expect(seat.newFinality()).toBeUndefined();
    seat.noteFrame(4, { seq: 1, hash: ZERO_HASH }, 0);
    expect(seat.newFinality()).toEqual({ applied: 1, sequenced: 0, sealed: 0, height: 7 });
    seat.noteSequenced(5, height(9));
    expect(seat.newFinality()).toEqual({ applied: 1, sequenced: 1, sealed: 0, height: 9 });
    seat.noteSeal(1);
    expect(seat.newFinality()).toMatchObject({ sealed: 1 });
    seat.forgetTold();
    expect(seat.newFinality()).toMatchObject({ applied: 1, sequenced: 1, sealed: 1 });
  });

  test("counts exactly the frames whose events are on disk", () => {
    // Gaps between this lane's events are what others did.
    const gaps = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 3000 });
    const marks = fc.array(fc.integer({ min: 0, max: 9000 }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(gaps, marks, (gapList, markList) => {
        const seat = newSeat();
        const events: number[] = [];
        let next = 0;
        for (const gap of gapList) {
          next += gap;
          events.push(next);
          seat.noteFrame(next, { seq: events.length, hash: ZERO_HASH }, 0);
        }
        for (const mark of markList.toSorted((a, b) => a - b)) {
          seat.noteSequenced(mark, height(mark));
          const sequenced = events.filter((event) => event < mark).length;
          expect(seat.unsequenced).toBe(events.length - sequenced);
          seat.forgetTold();
          expect(seat.newFinality()?.sequenced).toBe(sequenced);
        }
      }),
      { numRuns: 30 },
    );
  });
});
