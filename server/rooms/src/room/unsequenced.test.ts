import { ledgerHeight } from "@weft/protocol";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Unsequenced } from "./unsequenced.ts";

type Frame = { readonly event: number; readonly lane: number };

test("every lane is told of each of its frames once, with the block that brought it to the disk", () => {
  // Gaps between frames are the room's other events.
  const frame = fc.record({ gap: fc.integer({ min: 1, max: 4 }), lane: fc.nat({ max: 3 }) });
  const add = fc.record({ add: fc.array(frame, { maxLength: 40 }) });
  const advance = fc.record({ share: fc.double({ min: 0, max: 1.2, noNaN: true }) });
  fc.assert(
    fc.property(fc.array(fc.oneof(add, advance), { maxLength: 60 }), (steps) => {
      const told = Array.from({ length: 4 }, (): number[] => []);
      const expected = Array.from({ length: 4 }, (): number[] => []);
      const lanes = told.map((heights) => ({
        noteSequenced: (height: number) => void heights.push(height),
      }));
      const unsequenced = new Unsequenced();
      let waiting: Frame[] = [];
      let newest = 0;
      let onDisk = 0;
      for (const [i, step] of steps.entries()) {
        if ("add" in step) {
          for (const { gap, lane } of step.add) {
            newest += gap;
            waiting.push({ event: newest, lane });
            unsequenced.add(newest, lanes[lane] as (typeof lanes)[number]);
          }
          continue;
        }
        onDisk = Math.max(onDisk, Math.floor((newest + 1) * step.share));
        unsequenced.advance(onDisk, ledgerHeight(i));
        for (const { event, lane } of waiting) if (event < onDisk) expected[lane]?.push(i);
        waiting = waiting.filter(({ event }) => event >= onDisk);
        expect(told).toEqual(expected);
      }
    }),
  );
});
