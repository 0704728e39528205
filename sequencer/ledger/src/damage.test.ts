import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLmdbStore } from "./lmdbStore.ts";
import { DAMAGE_APPENDED, damageBlocks } from "./testBlocks.ts";

// More of them: WEFT_DAMAGE_SEEDS=100000. One of them again: WEFT_DAMAGE_FROM=<seed> WEFT_DAMAGE_SEEDS=1.
const FIRST_SEED = Number(process.env.WEFT_DAMAGE_FROM ?? 0);
const SEEDS = Number(process.env.WEFT_DAMAGE_SEEDS ?? 200);
const TIMEOUT_MS = 120_000 + SEEDS * 300;

const root = mkdtempSync(join(tmpdir(), "weft-damage-"));
const base = join(root, "base");
afterAll(() => rmSync(root, { recursive: true, force: true }));

beforeAll(async () => {
  const store = openLmdbStore(base);
  const blocks = damageBlocks().slice(0, -DAMAGE_APPENDED);
  for (let index = 0; index < blocks.length; ) {
    const commit = blocks.slice(index, index + 1 + (index % 4));
    await Promise.all(commit.map((block) => store.append(block)));
    index += commit.length;
  }
  await store.close();
});

test(
  "however the data file is damaged: true blocks or a coded error, nothing lost unsaid, no crash",
  async () => {
    const script = fileURLToPath(new URL("./testDamage.ts", import.meta.url));
    const range = [FIRST_SEED, FIRST_SEED + SEEDS].map(String);
    const child = spawn(process.execPath, [script, base, join(root, "copy"), ...range], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const [output, [code, signal]] = await Promise.all([text(child.stdout), once(child, "exit")]);
    const outcomes = output.trimEnd().split("\n");
    const wrong = outcomes.filter((line) => !/^\d+ (OPEN|REPAIRED|CUT|STORE_CORRUPT) /.test(line));
    expect({ wrong, code, signal }).toEqual({ wrong: [], code: 0, signal: null });
    expect(outcomes).toHaveLength(SEEDS);
    const kinds = new Set(outcomes.map((line) => line.split(" ")[1]));
    if (SEEDS < 100) return;
    expect([...kinds].sort()).toEqual(["CUT", "OPEN", "REPAIRED", "STORE_CORRUPT"]);
  },
  TIMEOUT_MS,
);
