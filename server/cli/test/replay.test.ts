import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Hash } from "@weft/protocol";
import { assertDeterministic, type RecordedRound } from "@weft/testing";
import { afterAll, beforeAll, expect, test } from "vitest";
import { changed } from "./support/changedTally.ts";
import { Running } from "./support/processes.ts";
import { playRound, startRecording } from "./support/recordLedger.ts";
import { runCli } from "./support/runCli.ts";
import { tally } from "./support/tally.ts";

const support = join(import.meta.dirname, "support");
const [GAME, CHANGED] = [join(support, "tally.ts"), join(support, "changedTally.ts")];
const folder = mkdtempSync(join(tmpdir(), "weft-replay-"));
const dir = join(folder, "ledger");
let roundId: Hash;

beforeAll(async () => {
  const recording = await startRecording(dir);
  ({ roundId } = await playRound(recording));
  await recording.server.stop();
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

async function exportRound(...more: string[]) {
  const file = join(folder, "round.json");
  const ran = await runCli("replay", dir, "--round", roundId, "--export", file, ...more);
  expect(ran).toMatchObject({ code: 0, stdout: expect.stringContaining(file) });
  return readFileSync(file, "utf8");
}

const divergence = (round: string) => {
  try {
    assertDeterministic(changed, round);
  } catch (error) {
    return error;
  }
  return undefined;
};

test("rounds are listed", async () => {
  const { code, stdout } = await runCli("rounds", dir, "--json");
  expect(code).toBe(0);
  expect(JSON.parse(stdout).rounds).toEqual([
    expect.objectContaining({
      ...{ roundId, game: "tally", players: 2, cap: 1 },
      end: expect.objectContaining({ outcome: "reported", prizes: 1 }),
    }),
  ]);
  expect((await runCli("rounds", dir)).stdout).toContain(`${roundId} tally in room`);
  expect((await runCli("rounds", dir, "--game", "chess")).stdout).toBe("no rounds\n");
});

test("a round is printed step by step, with the states on demand", async () => {
  const plain = await runCli("replay", dir, "--round", roundId.slice(0, 12), "--games", GAME);
  expect(plain).toMatchObject({ code: 0, stderr: "" });
  expect(plain.stdout).toMatch(/lane 1 {2}add \{"n":3\}\n/);
  expect(plain.stdout).toMatch(/round opens, at most 1 prizes/);
  expect(plain.stdout).toMatch(/report {2}\{"sums":.*crown for 0x/);
  expect(plain.stdout).not.toContain("state.");
  const states = await runCli("replay", dir, "--round", roundId, "--games", GAME, "--states");
  expect(states.stdout).toMatch(/add \{"n":3\}\n +state\.sums\["0x\w+"\] = \d+\n/);
});

test("an exported round tells a test which action a changed game makes something else of", async () => {
  const round = await exportRound("--games", GAME);
  assertDeterministic(tally, round);
  const { steps } = JSON.parse(round) as RecordedRound;
  const firstAdd = steps.find(({ event }) => event.type === "frame");
  expect(divergence(round)).toMatchObject({
    code: "DIVERGED",
    details: {
      index: expect.any(Number),
      action: "add",
      path: expect.stringMatching(/^state\.sums\["0x/),
    },
  });
  const { details } = divergence(round) as { details: { index: number; height: number } };
  expect(details.index).toBeGreaterThanOrEqual(firstAdd?.index ?? Infinity);
  expect(steps.find(({ index }) => index === details.index)?.height).toBe(details.height);

  const { stdout } = await runCli("replay", dir, "--round", roundId, "--games", GAME, "--json");
  expect(JSON.parse(stdout)).toEqual(JSON.parse(round));
});

test("without the game it has what the ledger says, and a change shows between its checkpoints", async () => {
  const round = await exportRound();
  assertDeterministic(tally, round);
  const error = divergence(round) as { details: { index: number; fromIndex: number } };
  expect(error.details.fromIndex).toBeLessThanOrEqual(error.details.index);
  const { stderr } = await runCli("replay", dir, "--round", roundId);
  expect(stderr).toContain("warning: tally isn't among the games");
});

test("a game that isn't what the ledger was made with is found out: exit code 1", async () => {
  const { code, stdout } = await runCli("replay", dir, "--round", roundId, "--games", CHANGED);
  expect(code).toBe(1);
  expect(stdout).toContain("DIVERGED: the game goes another way at event");
});

test("who has read enough may close the pipe: no word of it, and nothing is said of the ledger", async () => {
  const replaying = Running.weft("replay", dir, "--round", roundId, "--games", GAME);
  replaying.closeOutput();
  expect(await replaying.end()).toBe(3);
  expect(replaying.stderr).toBe("");
});

test.each([
  [3, ["--round", "0xffffffff"], "ROUND_UNKNOWN"],
  [3, ["--round", "0x", "--states"], "GAMES_INVALID"],
  [3, ["--round", "0x", "--games", "/nowhere.ts"], "GAMES_INVALID"],
  [3, ["--round", "0x", "--export", "/nowhere/at/all.json"], "EXPORT_FAILED"],
  [2, ["--round", "first"], "Hexadecimal"],
  [2, [], "required option"],
])("what can't be done says so: exit code %i for %j", async (code, argv, message) => {
  const ran = await runCli("replay", dir, ...argv.map((one) => (one === "0x" ? roundId : one)));
  expect(ran.stderr).toContain(message);
  expect(ran.code).toBe(code);
});
