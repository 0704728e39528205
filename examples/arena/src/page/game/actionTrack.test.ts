import type { Finality } from "@weft/protocol";
import { expect, test } from "vitest";
import { ActionTrack, type TrackedAction } from "./actionTrack.ts";

const heard = (applied: number, sequenced: number, sealed: number) =>
  ({ applied, sequenced, sealed, height: 1 }) as unknown as Finality;
const levelOf = (track: ActionTrack) => ActionTrack.levelOf(track.last as TrackedAction);

test("the last action climbs from level to level, and keeps the times", () => {
  const track = new ActionTrack();
  expect(track.last).toBeUndefined();
  track.sent("move", 1, 100);
  track.sent("dash", 2, 200);
  expect(levelOf(track)).toBe("sent");
  track.heard(heard(1, 0, 0), 210);
  expect(levelOf(track)).toBe("sent");
  track.heard(heard(2, 1, 0), 230);
  expect(levelOf(track)).toBe("applied");
  track.heard(heard(2, 2, 0), 250);
  track.heard(heard(2, 2, 2), 900);
  expect(track.last).toMatchObject({
    name: "dash",
    seq: 2,
    after: { applied: 30, sequenced: 50, sealed: 700 },
  });
  expect(levelOf(track)).toBe("sealed");
});

test("what it usually takes is a median, also of what isn't sealed", () => {
  const track = new ActionTrack();
  expect(track.usual("applied")).toBeUndefined();
  for (const [seq, ms] of [20, 500, 30].entries()) {
    track.sent("move", seq + 1, 1000 * seq);
    track.heard(heard(seq + 1, 0, 0), 1000 * seq + ms);
  }
  expect(track.usual("applied")).toBe(30);
  expect(track.usual("sealed")).toBeUndefined();
});
