import { expect, test } from "vitest";
import { Watermark } from "./watermark.ts";

test("lets pass who waits for less, in whatever order they came", async () => {
  const watermark = new Watermark();
  const passed: number[] = [];
  const waits = [5, 1, 3].map((index) => watermark.passed(index).then(() => passed.push(index)));
  watermark.advance(4);
  await Promise.all(waits.slice(1));
  expect(passed.toSorted()).toEqual([1, 3]);
  watermark.advance(2);
  await watermark.passed(3);
  watermark.advance(6);
  await Promise.all(waits);
  expect(passed).toContain(5);
});

test("tells those who wait, and those who come later, that it failed", async () => {
  const watermark = new Watermark();
  watermark.advance(1);
  const waiting = watermark.passed(1);
  watermark.fail(new Error("no disk"));
  await expect(waiting).rejects.toThrow("no disk");
  await expect(watermark.passed(2)).rejects.toThrow("no disk");
  await watermark.passed(0);
});
