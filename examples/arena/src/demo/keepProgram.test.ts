import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gameHash } from "@weft/game";
import { expect, onTestFinished, test } from "vitest";
import { createArena } from "../game/arena.ts";
import { keepProgram } from "./keepProgram.ts";

test("what was played is written down so that it can be run again, each arena in a file of its own", async () => {
  const dir = await mkdtemp(join(tmpdir(), "weft-arena-"));
  onTestFinished(() => rm(dir, { recursive: true }));
  const files = new Set<string>();
  for (const roundSeconds of [5, 45]) {
    const options = { roundSeconds, minPlayers: 4, countdownSeconds: 3 };
    const file = await keepProgram(dir, options);
    files.add(file);
    const { arena } = await import(/* @vite-ignore */ file);
    expect(gameHash(arena)).toBe(gameHash(createArena(options)));
  }
  expect(files.size).toBe(2);
});
