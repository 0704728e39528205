import type { Address, LedgerHeight } from "@weft/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { MAX_ROOM_MARKS, ROOM_MARK_EVENTS } from "./limits.ts";
import { RoomEntry } from "./roomEntry.ts";

const room: Address = `0x${"11".repeat(20)}`;

it("finds a place at or before an event, whichever way the blocks were read, with a bounded memory", () => {
  const runs = fc.array(fc.integer({ min: 1, max: 600 }), { minLength: 1, maxLength: 400 });
  fc.assert(
    fc.property(runs, fc.nat(), (counts, startSeed) => {
      let total = 0;
      const marks = counts.map((count, height) => {
        const mark = { height: height as LedgerHeight, firstIndex: total };
        total += count;
        return mark;
      });
      // from somewhere, some blocks back to the first, and then the later ones
      const start = startSeed % (marks.length + 1);
      const entry = new RoomEntry(room, 0 as LedgerHeight);
      for (const mark of [...marks.slice(0, start).reverse(), ...marks.slice(start)]) {
        entry.addMark(mark);
      }
      for (let index = 0; index < total; index += 97) {
        const mark = entry.markFor(index);
        expect(mark?.firstIndex).toBeLessThanOrEqual(index);
        expect(index - (mark?.firstIndex ?? -1)).toBeLessThan(2 * ROOM_MARK_EVENTS + 600);
      }
    }),
  );
});

it("keeps at most MAX_ROOM_MARKS, and still knows where the log begins", () => {
  const entry = new RoomEntry(room, 0 as LedgerHeight);
  const last = 5 * MAX_ROOM_MARKS * ROOM_MARK_EVENTS;
  for (let firstIndex = 0; firstIndex <= last; firstIndex += ROOM_MARK_EVENTS) {
    entry.addMark({ height: firstIndex as LedgerHeight, firstIndex });
  }
  const found = new Set<number | undefined>();
  for (let index = 0; index <= last; index += ROOM_MARK_EVENTS) {
    const mark = entry.markFor(index);
    expect(mark?.firstIndex).toBeLessThanOrEqual(index);
    found.add(mark?.firstIndex);
  }
  expect(found.size).toBeLessThanOrEqual(MAX_ROOM_MARKS);
  expect(entry.markFor(0)).toEqual({ height: 0, firstIndex: 0 });
});
