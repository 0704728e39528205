import { cpSync, mkdtempSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { tally } from "@weft/game/testing";
import {
  type Block,
  decodeFrame,
  decodeZkTransaction,
  encodeFrame,
  encodeZkTransaction,
  type FastTransaction,
  hashHeader,
  type OpenSession,
  ZERO_HASH,
} from "@weft/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { other } from "./support/otherTally.ts";
import { playRound, startRecording } from "./support/recordLedger.ts";
import { runCli } from "./support/runCli.ts";
import {
  changeEvent,
  changeTransactions,
  damageStore,
  flipBit,
  forge,
  heightsOf,
  heightsWith,
  readBlocks,
  writeBlocks,
  zeroPagesWith,
} from "./support/tamper.ts";

const GAMES = join(import.meta.dirname, "support", "tally.ts");
const folder = mkdtempSync(join(tmpdir(), "weft-verify-"));
const original = join(folder, "original");
let blocks: Block[];
let copies = 0;

beforeAll(async () => {
  const recording = await startRecording(original);
  await playRound(recording);
  // A node that runs doesn't mind being looked at.
  const running = await verify(original);
  expect(running).toMatchObject({ code: 0, report: { ok: true } });
  await recording.server.stop();
  blocks = await readBlocks(original);
}, 60_000);
afterAll(() => rmSync(folder, { recursive: true }));

const newDir = () => join(folder, `copy-${copies++}`);

async function verify(dir: string, ...more: string[]) {
  const { code, stdout } = await runCli("verify", dir, "--games", GAMES, "--json", ...more);
  return { code, report: JSON.parse(stdout) };
}

/** Verifies a ledger with these blocks. */
async function verifyBlocks(wrong: readonly Block[]) {
  const dir = newDir();
  await writeBlocks(dir, wrong);
  return verify(dir);
}

const wrongAt = (height: number, code: string) => ({
  code: 1,
  report: { ok: false, height, code, message: expect.stringContaining(`${height}`) },
});

/** Where the seals end on which the report depends. */
function heightOfLastSeal(): number {
  const reported = first(heightsWith(blocks, ({ type }) => type === "report"));
  const seals = heightsWith(blocks, ({ type }) => type === "seal");
  return seals.filter((height) => height <= reported).at(-1) ?? 0;
}

const withBadSeal = (block: Block) =>
  changeEvent(block, "seal", (seal) => ({ ...seal, signature: flipBit(seal.signature) }));

/** The root of the state has its signature, and the report counts what it covers: whichever comes first. */
function expectBadSeal(verified: Awaited<ReturnType<typeof verify>>, height: number): void {
  expect(verified).toMatchObject({ code: 1, report: { ok: false } });
  expect(verified.report.height).toBeGreaterThanOrEqual(height);
  expect(["STATE_ROOT_MISMATCH", "REPORT_MISMATCH"]).toContain(verified.report.code);
}

const first = (heights: number[]): number => {
  const [height] = heights;
  if (height === undefined) throw new Error("the ledger has none of these");
  return height;
};

test("a good ledger: everything is checked, nothing is wrong, and what is left out is said", async () => {
  const { code, report } = await verify(original);
  expect(code).toBe(0);
  const head = blocks.at(-1);
  expect(report).toMatchObject({
    ok: true,
    heights: blocks.length,
    head: { height: head?.header.height, hash: head?.hash },
    uncheckedRooms: {},
    reports: { arrived: 1, missing: 0 },
    warnings: [],
  });
  const unknown = await runCli("verify", original);
  expect(unknown.code).toBe(0);
  expect(unknown.stdout).toContain(`nothing is wrong with ${blocks.length} blocks`);
  expect(unknown.stdout).toContain("warning: 1 room of tally not run again: give its file");
});

test("what was asked for and can't be looked at is said: another version of the game, later heights", async () => {
  expect(other.name).toBe(tally.name);
  const file = join(import.meta.dirname, "support", "otherTally.ts");
  const { code, stdout } = await runCli("verify", original, "--games", file, "--to", "100000");
  expect(code).toBe(0);
  expect(stdout).toContain(
    `warning: the ledger ends at height ${blocks.length - 1}, before 100000`,
  );
  expect(stdout).toContain(
    "warning: 1 room of tally not run again: the one given is declared otherwise",
  );
});

test("it changes nothing: a copy is verified to the same roots, up to any height", async () => {
  const copy = newDir();
  cpSync(original, copy, { recursive: true });
  const [whole, part] = [await verify(copy), await verify(copy, "--to", "20")];
  expect(whole.report.stateRoots).toEqual((await verify(original)).report.stateRoots);
  expect(part.report).toMatchObject({ ok: true, heights: 21, head: { height: 20 } });
});

test("from a snapshot: to the same roots, and what was before it is said", async () => {
  const reported = first(heightsWith(blocks, ({ type }) => type === "report"));
  const created = first(heightsOf(blocks, ({ type }) => type === "createRoom"));
  const { code, report } = await verify(original, "--from", `${reported - 1}`);
  expect(code).toBe(0);
  const { snapshotHeight } = report;
  expect(snapshotHeight).toBeGreaterThan(0);
  expect(snapshotHeight).toBeLessThan(reported);
  // What state a game was in whose room was open then isn't known.
  const isOpen = snapshotHeight >= created;
  expect(report).toMatchObject({
    ok: true,
    stateRoots: (await verify(original)).report.stateRoots,
    heights: blocks.length,
    uncheckedRooms: isOpen ? { tally: 1 } : {},
    warnings: isOpen ? [expect.stringContaining("1 room of tally not run again")] : [],
  });

  const dir = newDir();
  await writeBlocks(dir, blocks);
  const none = await verify(dir, "--from-snapshot");
  expect(none.report).toMatchObject({ ok: true, snapshotHeight: null, uncheckedRooms: {} });
  expect(none.report.warnings).toEqual([expect.stringContaining("no usable snapshot")]);
});

test("what is wrong is found from a snapshot on; a snapshot of other blocks isn't used", async () => {
  const writeForged = async (height: number, change: Parameters<typeof forge>[2]) => {
    const dir = newDir();
    await writeBlocks(dir, forge(blocks, height, change));
    cpSync(join(original, "snapshots"), join(dir, "snapshots"), { recursive: true });
    return dir;
  };
  const seal = heightOfLastSeal();
  const after = await verify(await writeForged(seal, withBadSeal), "--from", `${seal - 1}`);
  expectBadSeal(after, seal);

  const login = first(heightsOf(blocks, ({ type }) => type === "openSession"));
  const before = await verify(await writeForged(login, withBadLogin), "--from-snapshot");
  expect(before).toMatchObject(wrongAt(login, "LOGIN_SIGNATURE_INVALID"));
});

describe("a forger who makes all hashes fit is found by what the blocks say", () => {
  test("a seal that isn't the player's", async () => {
    const height = heightOfLastSeal();
    expectBadSeal(await verifyBlocks(forge(blocks, height, withBadSeal)), height);
  });

  test("a frame out of its chain's order", async () => {
    const height = first(heightsWith(blocks, ({ type }) => type === "frame"));
    const wrong = forge(blocks, height, (block) =>
      changeEvent(block, "frame", (event) => {
        const { seq, ...frame } = decodeFrame(event.frame);
        return { ...event, frame: encodeFrame({ ...frame, seq: seq + 1 }) };
      }),
    );
    expect(await verifyBlocks(wrong)).toMatchObject(wrongAt(height, "FRAME_OUT_OF_ORDER"));
  });

  test("a frame that says what its player didn't say: its report doesn't fit, or a root before that", async () => {
    const height = first(heightsWith(blocks, ({ type }) => type === "frame"));
    const wrong = forge(blocks, height, (block) =>
      changeEvent(block, "frame", (event) => {
        const frame = decodeFrame(event.frame);
        return { ...event, frame: encodeFrame({ ...frame, input: { n: 9 } }) };
      }),
    );
    const { code, report } = await verifyBlocks(wrong);
    expect(code).toBe(1);
    expect(report.height).toBeGreaterThanOrEqual(height);
    expect(["REPORT_MISMATCH", "STATE_ROOT_MISMATCH", "ROOM_STATE_MISMATCH"]).toContain(
      report.code,
    );
  });

  test("a login that the wallet didn't sign", async () => {
    const isLogin = ({ type }: FastTransaction) => type === "openSession";
    const height = first(heightsOf(blocks, isLogin));
    const wrong = forge(blocks, height, withBadLogin);
    expect(await verifyBlocks(wrong)).toMatchObject(wrongAt(height, "LOGIN_SIGNATURE_INVALID"));
  });

  test("a state of a game that it wasn't in", async () => {
    const height = first(heightsWith(blocks, ({ type }) => type === "checkpoint"));
    const wrong = forge(blocks, height, (block) =>
      changeEvent(block, "checkpoint", (event) => ({ ...event, stateHash: ZERO_HASH })),
    );
    expect(await verifyBlocks(wrong)).toMatchObject(wrongAt(height, "ROOM_STATE_MISMATCH"));
  });

  test("a report that the game doesn't make", async () => {
    const height = first(heightsWith(blocks, ({ type }) => type === "report"));
    const wrong = forge(blocks, height, (block) =>
      changeEvent(block, "report", (event) => ({
        ...event,
        report: { ...event.report, mints: [] },
      })),
    );
    expect(await verifyBlocks(wrong)).toMatchObject(wrongAt(height, "ROOM_REPORT_MISMATCH"));
  });

  test("a report that doesn't follow from the lanes", async () => {
    const height = first(heightsWith(blocks, ({ type }) => type === "report"));
    const wrong = forge(blocks, height, (block) =>
      changeEvent(block, "report", (event) => ({
        ...event,
        report: { ...event.report, actions: event.report.actions + 1 },
      })),
    );
    expect(await verifyBlocks(wrong)).toMatchObject(wrongAt(height, "REPORT_MISMATCH"));
  });

  test.each([0, 1])("a state root that doesn't come out, of chain %i", async (chain) => {
    const { chainId } = (blocks[chain] as Block).header;
    const height = blocks.findLast(({ header }) => header.chainId === chainId)?.header.height ?? 0;
    const wrong = forge(blocks, height, () => ({ stateRoot: ZERO_HASH }));
    const code = chain === 0 ? "BLOCK_INVALID" : "STATE_ROOT_MISMATCH";
    expect(await verifyBlocks(wrong)).toMatchObject(wrongAt(height, code));
  });

  test("a transaction of the ZK chain with another signature", async () => {
    const { chainId } = (blocks[0] as Block).header;
    const isSigned = (raw: Uint8Array) => raw[0] === 2;
    const target = blocks.find(
      ({ header, transactions }) => header.chainId === chainId && transactions.some(isSigned),
    ) as Block;
    const { height } = target.header;
    const wrong = forge(blocks, height, ({ transactions }) => ({
      transactions: transactions.map((raw) => (isSigned(raw) ? flipBit(raw) : raw)),
    }));
    expect(await verifyBlocks(wrong)).toMatchObject(wrongAt(height, "BLOCK_INVALID"));
  });

  test("value that arrives as another amount", async () => {
    const height = first(heightsOf(blocks, ({ type }) => type === "deposit"));
    const wrong = forge(blocks, height, (block) =>
      changeTransactions(block, (transaction) =>
        transaction.type === "deposit" ? { ...transaction, amount: 1n } : transaction,
      ),
    );
    const { report } = await verifyBlocks(wrong);
    expect(report).toMatchObject({ ok: false, height });
    // Whichever rule sees it first: the block may be one whose root is brought up to date.
    expect(["CROSSING_MISMATCH", "STATE_ROOT_MISMATCH"]).toContain(report.code);
  });

  test("value that is let go as another amount", async () => {
    const { chainId } = (blocks[0] as Block).header;
    const isRelease = (raw: Uint8Array) => decodeZkTransaction(raw).type === "release";
    const target = blocks.find(
      ({ header, transactions }) => header.chainId === chainId && transactions.some(isRelease),
    ) as Block;
    const wrong = forge(blocks, target.header.height, ({ transactions }) => ({
      transactions: transactions.map((raw) => {
        const transaction = decodeZkTransaction(raw);
        return transaction.type === "release"
          ? encodeZkTransaction({ ...transaction, amount: transaction.amount + 1n })
          : raw;
      }),
    }));
    const { report } = await verifyBlocks(wrong);
    expect(report).toMatchObject({ ok: false, height: target.header.height });
    // The portal can't let go more than it was told to, or the state isn't the header's.
    expect(["CROSSING_MISMATCH", "BLOCK_INVALID"]).toContain(report.code);
  });
});

describe("what doesn't hang together is found where it parts", () => {
  const replaceAt = (height: number, change: (block: Block) => Block) =>
    blocks.map((block) => (block.header.height === height ? change(block) : block));

  test("a block that names another parent", async () => {
    const wrong = replaceAt(30, (block) => {
      const header = { ...block.header, parentHash: ZERO_HASH };
      return { ...block, header, hash: hashHeader(header) };
    });
    expect(await verifyBlocks(wrong)).toMatchObject(wrongAt(30, "PARENT_MISMATCH"));
  });

  test("transactions that aren't the header's", async () => {
    const wrong = replaceAt(30, (block) => ({ ...block, transactions: [] }));
    expect(await verifyBlocks(wrong)).toMatchObject(wrongAt(30, "TRANSACTIONS_ROOT_MISMATCH"));
  });

  test("bytes that aren't a block", async () => {
    const dir = newDir();
    await writeBlocks(dir, blocks);
    await damageStore(dir, (table) => table.put(30, Uint8Array.of(1, 2, 3)));
    expect(await verify(dir)).toMatchObject(wrongAt(30, "STORE_CORRUPT"));
  });

  test("a block that is missing", async () => {
    const dir = newDir();
    await writeBlocks(dir, blocks);
    await damageStore(dir, (table) => table.remove(30));
    expect(await verify(dir)).toMatchObject(wrongAt(30, "BLOCK_MISSING"));
  });

  test("a file that is damaged", async () => {
    const dir = newDir();
    await writeBlocks(dir, blocks);
    const middle = blocks[Math.floor(blocks.length / 2)] as Block;
    zeroPagesWith(dir, middle.header.transactionsRoot);
    const { code, report } = await verify(dir);
    expect(code).toBe(1);
    expect(report).toMatchObject({ ok: false, code: "STORE_CORRUPT" });
    expect(report.height).toBeGreaterThan(0);
    expect(report.height).toBeLessThanOrEqual(middle.header.height);
  });

  test("a file that was cut short", async () => {
    const dir = newDir();
    await writeBlocks(dir, blocks);
    const file = join(dir, "data.mdb");
    truncateSync(file, Math.floor(statSync(file).size / 2));
    expect(await verify(dir)).toMatchObject({
      code: 1,
      report: { ok: false, code: "STORE_CORRUPT" },
    });
  });

  test("a tail that was cut off, known from what else is stored or from a block's hash", async () => {
    const dir = newDir();
    const { length } = blocks;
    await writeBlocks(dir, blocks);
    await damageStore(dir, async (table) => {
      for (let height = length - 5; height < length; height++) await table.remove(height);
    });
    expect(await verify(dir)).toMatchObject(wrongAt(length - 5, "BLOCK_MISSING"));

    const shorter = newDir();
    await writeBlocks(shorter, blocks.slice(0, -5));
    expect(await verify(shorter)).toMatchObject({ code: 0 });
    const head = blocks.at(-1)?.hash ?? ZERO_HASH;
    expect(await verify(shorter, "--head", head)).toMatchObject(
      wrongAt(length - 5, "HEAD_MISSING"),
    );
    expect(await verify(original, "--head", head)).toMatchObject({ code: 0 });
  });
});

describe("what can't be done says so", () => {
  test.each([
    [2, ["verify"], "missing required argument"],
    [2, ["verify", "x", "--to", "-1"], "whole number"],
    [2, ["verify", "x", "--head", "0x12"], "32 bytes"],
    [2, ["nonsense"], "unknown command"],
    [
      3,
      ["verify", "/nowhere/at/all"],
      "STORE_OPEN_FAILED: can't open a block store in /nowhere/at/all: ENOENT",
    ],
    [3, ["verify", "x", "--games", "/nowhere/game.ts"], "GAMES_INVALID"],
    [
      3,
      ["verify", "x", "--games", import.meta.filename.replace("verify.test", "support/tamper")],
      "GAMES_INVALID",
    ],
  ])("exit code %i: weft %j", async (code, argv, message) => {
    const ran = await runCli(...argv);
    expect(ran.stderr).toContain(message);
    expect(ran.code).toBe(code);
  });

  test("help", async () => {
    const { code, stdout } = await runCli("verify", "--help");
    expect(code).toBe(0);
    expect(stdout).toContain("--from-snapshot");
  });
});

const withBadLogin = (block: Block) =>
  changeTransactions(block, (transaction) =>
    transaction.type === "openSession" ? withOtherSignature(transaction) : transaction,
  );

function withOtherSignature(open: { type: "openSession" } & OpenSession) {
  const { login } = open;
  if (login.type !== "wallet") throw new Error("a wallet's login is wanted");
  return { ...open, login: { ...login, signature: flipBit(login.signature, 10) } };
}
