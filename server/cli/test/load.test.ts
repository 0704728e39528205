import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { silentLogger } from "@weft/node";
import { createGameServer, type GameServer } from "@weft/rooms";
import { PATIENT_SETTINGS } from "@weft/rooms/testing";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { LoadReport } from "../src/load/loadReport.ts";
import { runCommand } from "../src/main.ts";
import { otherGame } from "./support/otherGame.ts";
import { tally } from "./support/tally.ts";
import { watched } from "./support/tallyBot.ts";

const support = join(import.meta.dirname, "support");
const GAMES = ["--games", join(support, "tally.ts")];
const BOT = ["--bot", join(support, "tallyBot.ts")];
const folder = mkdtempSync(join(tmpdir(), "weft-load-"));
/** Who is there already needn't be given a pass, which takes the server most of a login. */
const PLAYERS = join(folder, "players.json");
/** Most of what is wanted at once, and as little as says something. */
const SHORT = ["--clients", "5", "--rate", "20", "--duration", "1", "--ramp", "0"];
/** Nobody waits for so long: something else ends it. */
const LONG = ["--clients", "1", "--rate", "20", "--duration", "600", "--ramp", "0"];
/** However slow a busy machine is. */
const NO_MATTER = ["--max-p99", "600000", "--max-errors", "1", "--min-rate", "0"];
let bots = 0;
let server: GameServer;
let url: string;

beforeAll(async () => {
  server = await createGameServer({
    games: { tally },
    rpc: { port: 0 },
    logger: silentLogger,
    // No rounds, and nobody is thrown out for being slow: what is measured is no matter of chance.
    settings: { ...PATIENT_SETTINGS, autoStart: false },
  });
  ({ url } = await server.listen(0));
}, 60_000);
afterEach(() => delete watched.onAction);
afterAll(async () => {
  await server.stop();
  rmSync(folder, { recursive: true });
});

type Run = { readonly signal?: AbortSignal; readonly isTTY?: boolean };

async function load(
  argv: readonly string[],
  { signal = new AbortController().signal, isTTY = false }: Run = {},
) {
  let [stdout, stderr] = ["", ""];
  const code = await runCommand(["load", ...argv], {
    out: (text) => {
      stdout += text;
    },
    err: {
      isTTY,
      columns: 120,
      write: (text) => {
        stderr += text;
      },
    },
    signal,
  });
  return { code, stdout, stderr };
}

async function loadJson(argv: readonly string[], run?: Run) {
  const { code, stdout, stderr } = await load([...argv, "--json"], run);
  if (stdout === "") throw new Error(`nothing on standard output: ${stderr}`);
  return { code, report: JSON.parse(stdout) as LoadReport };
}

const playing = () => [url, ...GAMES, ...BOT, "--players", PLAYERS];

/** The options for a bot that says nothing but this. */
function botThatSays(action: object): string[] {
  const file = join(folder, `bot-${++bots}.mjs`);
  writeFileSync(file, `export const bot = () => (${JSON.stringify(action)});`);
  return ["--bot", file];
}

describe("a server that holds", () => {
  test("what was asked for is what is measured, and the players are kept", async () => {
    const { code, report } = await loadJson([...playing(), ...SHORT]);
    const { result } = report;
    expect(report).toMatchObject({ game: "tally", rate: 20, held: true, broken: [] });
    expect(report.endedEarly).toBe(false);
    expect(result).toMatchObject({ clients: 5, connected: 5, lost: {}, notJoined: {} });
    // Four players are what a room takes.
    expect(result?.rooms).toBeGreaterThan(1);
    const { wanted = 0, sent, applied, ordered = 0, idle = 0 } = result?.actions ?? {};
    // Of what a machine that does other things took too long for, it isn't known.
    const { UNANSWERED = 0, ...others } = result?.errors.byCode ?? {};
    expect(others).toEqual({});
    expect(sent).toBe(wanted);
    expect([applied, ordered + UNANSWERED]).toEqual([ordered, wanted]);
    expect(wanted + idle).toBeCloseTo(100 * (result?.seconds ?? 0), -1);
    expect(idle).toBeGreaterThan(0);
    const { applied: shown, ordered: stored } = result?.latencyMs ?? {};
    expect(shown?.p50).toBeLessThanOrEqual(stored?.p50 ?? 0);
    expect(stored?.max).toBeGreaterThanOrEqual(stored?.p99 ?? Infinity);
    expect(result?.bytesPerSecond.out).toBeGreaterThan(0);
    expect(code).toBe(0);

    const kept = readFileSync(PLAYERS, "utf8");
    expect(JSON.parse(kept).players).toHaveLength(5);
    // The same ones log in again: nobody asks the faucet.
    expect((await load([...playing(), ...SHORT])).code).toBe(0);
    expect(readFileSync(PLAYERS, "utf8")).toBe(kept);
  });

  test("rooms of a size of one's own, and bots that see the state", async () => {
    const argv = [...playing(), ...SHORT, "--per-room", "2", "--state"];
    const { code, stdout, stderr } = await load(argv, { isTTY: true });
    expect(stdout).toContain("clients      5 in 3 rooms");
    expect(stdout).toMatch(/ordered {6}p50 \d/);
    expect(stdout).toMatch(/\nheld\n$/);
    expect(code, stderr).toBe(0);
  });

  test("a terminal is drawn in, and empty at the end", async () => {
    const argv = [...playing(), ...SHORT, "--duration", "2"];
    const { code, stderr } = await load(argv, { isTTY: true });
    expect(code, stderr).toBe(0);
    expect(stderr).toContain(`tally on ${url}: measuring`);
    expect(stderr).toMatch(/clients +5 of 5 in \d rooms/);
    expect(stderr).toMatch(/actions\/s +\d+ wanted, \d+ ordered/);
  });

  test("the players are stepped up, and all of them hold", async () => {
    const argv = [...playing(), ...SHORT, "--find-knee", "--step", "3", ...NO_MATTER];
    const { code, report } = await loadJson(argv);
    expect(report.steps?.map(({ clients }) => clients)).toEqual([3, 5]);
    expect(report).toMatchObject({ held: true, isFound: false, knee: { clients: 5 } });
    expect(code).toBe(0);
  });
});

describe("thresholds", () => {
  test("P99: exit code 1", async () => {
    const { code, stdout } = await load([...playing(), ...SHORT, "--max-p99", "0"]);
    expect(stdout).toMatch(/not held: P99: p99 is \d+ ms, over 0 ms\n$/);
    expect(code).toBe(1);
  });

  test("ERRORS: exit code 1, with their codes", async () => {
    const bot = botThatSays({ action: "fail" });
    const argv = [...playing(), ...bot, ...SHORT, "--clients", "1", "--max-errors", "0.5"];
    const { code, report } = await loadJson(argv);
    expect(report.broken.map((broken) => broken.code)).toEqual(["ERRORS"]);
    expect(report.result?.errors.byCode.ACTION_FAILED).toBeGreaterThan(0);
    expect(code).toBe(1);
  });

  test("a search has failed when its first step has", async () => {
    const argv = [...playing(), ...SHORT, "--find-knee", "--step", "3", "--max-p99", "0"];
    const { code, report } = await loadJson(argv);
    expect(report).toMatchObject({ held: false, isFound: true, knee: null, result: null });
    expect(report.broken.map((broken) => broken.code)).toContain("P99");
    expect(code).toBe(1);
  });
});

describe("what can't be done", () => {
  test.each<[string, () => readonly string[], RegExp]>([
    ["no game", () => [url], /^USAGE: which game\? Give its module with --games/],
    ["no bot", () => [url, ...GAMES], /^USAGE: .*--bot .*Actions of tally: add, fail\n$/],
    ["another game", () => [...playing(), "--game", "chess"], /^USAGE: no game chess .*: tally\n$/],
    ["no URL", () => ["localhost", ...GAMES], /An http or https URL is wanted/],
    ["no rate", () => [...playing(), "--rate", "fast"], /A number from 0.01 to 1000 is wanted/],
    ["no clients", () => [...playing(), "--clients", "0"], /A whole number from 1 to/],
    ["two sizes", () => [...playing(), "--rooms", "2", "--per-room", "2"], /cannot be used with/],
    [
      "too small steps",
      () => [...playing(), "--clients", "9999", "--step", "1"],
      /over 1000 steps/,
    ],
  ])("exit code 2: %s", async (_name, argv, said) => {
    const { code, stderr, stdout } = await load(argv());
    expect(stderr).toMatch(said);
    expect(stdout).toBe("");
    expect(code).toBe(2);
  });

  const silent = createServer();
  afterAll(() => void silent.close());

  test.each<[string, () => Promise<readonly string[]>]>([
    ["BOT_INVALID", async () => [url, ...GAMES, "--bot", join(support, "tally.ts")]],
    [
      "BOT_FAILED",
      async () => {
        const tooMuch = botThatSays({ action: "add", input: { n: 10 } });
        return [...playing(), ...tooMuch, ...SHORT];
      },
    ],
    ["GAMES_INVALID", async () => [url, "--games", join(folder, "none.ts")]],
    [
      "GAME_NOT_HOSTED",
      async () => {
        const file = join(support, "otherGame.ts");
        return [url, "--games", file, "--game", otherGame.name, ...BOT];
      },
    ],
    [
      "PLAYERS_INVALID",
      async () => {
        const file = join(folder, "wrong.json");
        writeFileSync(file, "[]");
        return [...playing(), "--players", file];
      },
    ],
    [
      "SERVER_UNREACHABLE",
      async () => {
        await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
        const { port } = silent.address() as AddressInfo;
        await new Promise((resolve) => silent.close(resolve));
        return [`http://127.0.0.1:${port}`, ...GAMES, ...BOT];
      },
    ],
  ])("exit code 3 and no stack: %s", async (code, argv) => {
    const ran = await load(await argv());
    const [said = "", ...more] = ran.stderr.trim().split("\n").slice(-1);
    expect(said).toMatch(new RegExp(`^${code}: `));
    expect(more).toEqual([]);
    expect(ran.code).toBe(3);
  });
});

describe("an early end", () => {
  test("by a signal: what was measured so far is told", async () => {
    const stopping = new AbortController();
    watched.onAction = (action) => {
      if (action === 9) stopping.abort();
    };
    const { code, report } = await loadJson([...playing(), ...LONG], stopping);
    expect(report).toMatchObject({ endedEarly: true, held: true, broken: [] });
    expect(report.result?.actions.wanted).toBeGreaterThan(1);
    expect(code).toBe(0);
  });

  test("by a signal before anybody plays: exit code 3", async () => {
    const ran = await load([...playing(), ...LONG], { signal: AbortSignal.abort() });
    expect(ran).toMatchObject({ code: 3, stdout: "", stderr: expect.stringMatching(/stopped\n$/) });
  });

  test("by the server: SERVER_LOST, with what was measured until then", async () => {
    watched.onAction = (action) => {
      if (action === 9) void server.stop();
    };
    const { code, report } = await loadJson([...playing(), ...LONG]);
    expect(report).toMatchObject({ endedEarly: true, held: false });
    expect(report.broken).toEqual([{ code: "SERVER_LOST", message: expect.any(String) }]);
    expect(report.result).toMatchObject({ connected: 0, lost: { 4001: 1 } });
    expect(code).toBe(1);
  });
});
