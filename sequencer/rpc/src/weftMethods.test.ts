import { fastPortalAbi } from "@weft/fast-chain";
import {
  type Address,
  type ChainNumber,
  encodeValue,
  type Hash,
  hashTransaction,
  type LedgerHeight,
  type RoundReport,
  roundIdOf,
  timestampMs,
  ZERO_ADDRESS,
} from "@weft/protocol";
import { encodeFunctionData } from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MAX_ROOM_EVENTS_READ } from "./ledgerIndex/limits.ts";
import {
  alice,
  bob,
  ETHER,
  FAST,
  lowerCase,
  startTestNode,
  type TestNode,
  ZK,
} from "./testNode.ts";

const room: Address = `0x${"ab".repeat(20)}`;
const roundId = roundIdOf(room, 0);
const gameHash: Hash = `0x${"cd".repeat(32)}`;

let node: TestNode;
let report: RoundReport;
let withdrawal: Hash;

// biome-ignore lint/suspicious/noExplicitAny: answers are whatever the test then looks at
const call = (method: string, ...params: unknown[]): Promise<any> =>
  node.rpc.fast.request({ method, params });

/** A room from its creation to its close, with a round and its report. */
async function playRoom(): Promise<void> {
  const { fastChain } = node;
  const journal = fastChain.createRoom({ room, name: "den", game: "race", gameHash });
  const settled = () =>
    new Promise<void>((resolve) => {
      const stop = journal.onSequenced(() => {
        stop();
        resolve();
      });
    });
  for (let tick = 1; tick <= 300; tick++) {
    journal.append({ type: "tick", nowMs: timestampMs(1000 + tick) });
  }
  const opened = { roundId, cap: 2, deadlineMs: timestampMs(9000), players: [] };
  journal.append({ type: "roundOpen", ...opened, ...fastChain.seed(roundId) });
  journal.append({ type: "roundEnd", roundId });
  await settled();
  const results = encodeValue({ best: 7n, note: "nobody came" });
  report = { ...journal.draftReport(), results, mints: [] };
  journal.append({ type: "report", report });
  await settled();
  journal.append({ type: "close" });
  await settled();
}

async function send(data: `0x${string}`): Promise<Hash> {
  const nonce = node.fastChain.nonce(lowerCase(alice.address));
  const transaction = { chainId: FAST, to: node.fastChain.portal, data, nonce, gas: 50_000n };
  const raw = await alice.signTransaction({ ...transaction, maxFeePerGas: 0n });
  return call("eth_sendRawTransaction", raw);
}

beforeAll(async () => {
  node = await startTestNode();
  await playRoom();
  const args = [ZERO_ADDRESS, ETHER, bob.address] as const;
  withdrawal = await send(
    encodeFunctionData({ abi: fastPortalAbi, functionName: "withdraw", args }),
  );
});
afterAll(() => node.stop());

describe("weft_getTransaction", () => {
  it("decodes every transaction of the ledger, by its hash and by its place", async () => {
    const kinds = new Set<string>();
    for (const block of node.ledger.blocks({ fromHeight: 0 as LedgerHeight })) {
      for (const [index, raw] of block.transactions.entries()) {
        const { height, chainId, number } = block.header;
        const found = await call("weft_getTransaction", { height, index });
        expect(found).toMatchObject({
          hash: hashTransaction(raw),
          ...{ height, number, index, chainId, blockHash: block.hash, sizeBytes: raw.length },
          chain: chainId === ZK ? "zk" : "fast",
        });
        expect(await call("weft_getTransaction", found.hash)).toEqual(found);
        kinds.add(`${found.chain} ${found.kind}`);
      }
    }
    expect([...kinds].sort()).toEqual([
      "fast createRoom",
      "fast deposit",
      "fast genesis",
      "fast roomEvents",
      "fast signed",
      "zk genesis",
    ]);
  });

  it("says what a withdrawal, a room's events and a report are", async () => {
    expect((await call("weft_getTransaction", withdrawal)).content).toMatchObject({
      from: lowerCase(alice.address),
      portalCall: {
        type: "withdraw",
        asset: ZERO_ADDRESS,
        amount: ETHER.toString(),
        recipient: lowerCase(bob.address),
      },
    });
    const { reportTransaction } = await call("weft_getRound", roundId);
    const { content } = await call("weft_getTransaction", reportTransaction);
    expect(content).toMatchObject({ room, firstIndex: 302, count: 1 });
    expect(content.events[0].report.results).toEqual({ best: "7", note: "nobody came" });
  });

  it("gives null for what isn't there, and refuses what is no reference", async () => {
    expect(await call("weft_getTransaction", `0x${"00".repeat(32)}`)).toBeNull();
    expect(await call("weft_getTransaction", { height: 9999, index: 0 })).toBeNull();
    expect(await call("weft_getTransaction", { height: 0, index: 9 })).toBeNull();
    for (const ref of [7, "0x12", { height: -1, index: 0 }, { height: 1 }]) {
      await expect(call("weft_getTransaction", ref)).rejects.toMatchObject({ code: -32602 });
    }
  });
});

describe("rooms and rounds", () => {
  it("are there after they closed", async () => {
    const { rooms, total, fromHeight } = await call("weft_getRooms");
    expect({ total, fromHeight }).toEqual({ total: 1, fromHeight: 0 });
    const summary = { room, name: "den", game: "race", gameHash, isOpen: false, events: 304 };
    expect(rooms).toMatchObject([{ ...summary, newestRound: { roundId, phase: "reported" } }]);
    const details = await call("weft_getRoom", room);
    expect(details).toMatchObject({ ...summary, lanes: [], roundIds: [roundId], nowMs: 1300 });
    expect(details.createdHeight).toBeLessThanOrEqual(details.closedHeight);
    expect(await call("weft_getRoom", ZERO_ADDRESS)).toBeNull();
  });

  it("and while they are open, as the chain has them", async () => {
    const open: Address = `0x${"ac".repeat(20)}`;
    const journal = node.fastChain.createRoom({ room: open, name: "hall", game: "race", gameHash });
    journal.append({ type: "tick", nowMs: timestampMs(5) });
    expect((await call("weft_getRooms")).rooms[0]).toMatchObject({ room: open, isOpen: true });
    expect(await call("weft_getRoom", open)).toMatchObject({ name: "hall", events: 1, nowMs: 5 });
    journal.append({ type: "close" });
  });

  it("give their events in pages", async () => {
    const all = [];
    let next: number | null = 0;
    while (next !== null) {
      const page = await call("weft_getRoomEvents", { room, fromIndex: next, limit: 90 });
      all.push(...page.events);
      next = page.nextIndex;
    }
    expect(all.map(({ index }) => index)).toEqual(Array.from({ length: 304 }, (_, i) => i));
    expect(all.slice(299).map(({ type }) => type)).toEqual([
      "tick",
      "roundOpen",
      "roundEnd",
      "report",
      "close",
    ]);
    const [tick] = (await call("weft_getRoomEvents", { room, fromIndex: 42, limit: 1 })).events;
    expect(tick).toMatchObject({ index: 42, type: "tick", nowMs: 1043 });
    expect(await call("weft_getRoomEvents", { room: ZERO_ADDRESS })).toBeNull();
    const tooMany = { room, limit: MAX_ROOM_EVENTS_READ + 1 };
    await expect(call("weft_getRoomEvents", tooMany)).rejects.toMatchObject({ code: -32602 });
  });

  it("give a round with its report", async () => {
    const round = await call("weft_getRound", roundId);
    expect(round).toMatchObject({
      ...{ roundId, room, game: "race", phase: "reported", cap: 2, prizes: 0, players: [] },
      ...{ openHeight: report.fromHeight, endHeight: report.toHeight, zkNumber: 0 },
      report: { actionsRoot: report.actionsRoot, actions: 0, mints: [] },
    });
    expect((await call("weft_getRounds")).rounds).toMatchObject([{ roundId, phase: "reported" }]);
    expect(await call("weft_getRound", gameHash)).toBeNull();
    expect((await call("weft_getRounds", { offset: 1 })).rounds).toEqual([]);
    await expect(call("weft_getRounds", { limit: 1000 })).rejects.toMatchObject({ code: -32602 });
  });
});

describe("accounts, crossings, search", () => {
  it("an account has what it has on both chains, and what it did", async () => {
    const account = await call("weft_getAccount", alice.address);
    expect(account).toMatchObject({
      fast: { nonce: 1, balances: [{ asset: ZERO_ADDRESS, amount: (4n * ETHER).toString() }] },
      zk: { nonce: 0, balance: (1000n * ETHER).toString(), codeBytes: 0 },
    });
    const { transactions } = account;
    expect(transactions.map(({ kind }: { kind: string }) => kind)).toEqual(["signed", "deposit"]);
    expect(transactions[0].hash).toBe(withdrawal);
    // the recipient's side of it
    expect((await call("weft_getAccount", bob.address)).transactions).toMatchObject([
      { hash: withdrawal },
    ]);
  });

  it("crossings tell where they left and arrived", async () => {
    const { crossings, deposits, withdrawals } = await call("weft_getCrossings");
    expect({ deposits, withdrawals }).toEqual({ deposits: "1", withdrawals: "1" });
    // the test's own node credits without a deposit on the other side, and pays nothing out
    expect(crossings).toMatchObject([
      {
        direction: "toFast",
        nonce: "0",
        amount: (5n * ETHER).toString(),
        recipient: lowerCase(alice.address),
        left: { height: 0, transactionHash: null },
      },
    ]);
  });

  it.each([
    ["a height", () => "2", [{ type: "block", height: 2 }, { type: "block" }]],
    ["a block's hash", () => node.ledger.blockByNumber(FAST, 1 as ChainNumber)?.hash, "block"],
    ["a transaction's hash", () => withdrawal, "transaction"],
    ["a round's id, without 0x", () => roundId.slice(2).toUpperCase(), "round"],
    ["a room's address", () => room, [{ type: "room", room }, { type: "account" }]],
    ["an account's address", () => alice.address, "account"],
    ["a room's name", () => "DEN", [{ type: "room", room, name: "den" }]],
  ])("search finds %s", async (_, text, expected) => {
    const hits = await call("weft_search", text());
    expect(hits).toMatchObject(typeof expected === "string" ? [{ type: expected }] : expected);
  });

  it("search finds nothing for what isn't there", async () => {
    for (const text of ["", "0x", "nobody", "99999999", `0x${"77".repeat(32)}`]) {
      expect(await call("weft_search", text)).toEqual([]);
    }
    await expect(call("weft_search", "x".repeat(1000))).rejects.toMatchObject({ code: -32602 });
    expect(node.internalErrors).toEqual([]);
  });
});
