import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

// More of them: WEFT_DAMAGE_SEEDS=100000. One of them again: WEFT_DAMAGE_FROM=<seed> WEFT_DAMAGE_SEEDS=1.
const FIRST_SEED = Number(process.env.WEFT_DAMAGE_FROM ?? 0);
const SEEDS = Number(process.env.WEFT_DAMAGE_SEEDS ?? 100);
const TIMEOUT_MS = 120_000 + SEEDS * 500;

const root = mkdtempSync(join(tmpdir(), "weft-zk-damage-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));

test(
  "however the data file is damaged: the chain as it was, or STORE_CORRUPT; no other state, no crash",
  async () => {
    const script = fileURLToPath(new URL("./damageChain.ts", import.meta.url));
    const args = [script, root, ...[FIRST_SEED, FIRST_SEED + SEEDS].map(String)];
    const child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
    const [output, [code, signal]] = await Promise.all([text(child.stdout), once(child, "exit")]);
    const outcomes = output.trimEnd().split("\n");
    const wrong = outcomes.filter((line) => !/^\d+ (OPEN|STORE_CORRUPT) /.test(line));
    expect({ wrong, code, signal }).toEqual({ wrong: [], code: 0, signal: null });
    expect(outcomes).toHaveLength(SEEDS);
    const kinds = new Set(outcomes.map((line) => line.split(" ")[1]));
    if (SEEDS >= 100) expect([...kinds].sort()).toEqual(["OPEN", "STORE_CORRUPT"]);
  },
  TIMEOUT_MS,
);
