import type { Hex } from "@weft/protocol";
import { createWalletClient, http } from "viem";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { ChainEvents } from "./chainEvents.ts";
import { Filters } from "./filters.ts";
import { toQuantity } from "./format.ts";
import { FILTER_IDLE_MS, MAX_FILTERS } from "./limits.ts";
import { logFilter } from "./params.ts";
import { PendingHashes } from "./pendingHashes.ts";
import { alice, bob, startTestNode, type TestNode, viemChain, ZK } from "./testNode.ts";
import { createZkEvents } from "./zkEvents.ts";

let node: TestNode;
let events: ChainEvents;
let nowMs: number;
let filters: Filters;
beforeAll(async () => {
  node = await startTestNode();
});
beforeEach(() => {
  const { ledger, zkChain: chain } = node;
  events = createZkEvents({ ledger, chain, chainId: ZK, pending: new PendingHashes() });
  nowMs = 0;
  filters = new Filters(events, () => nowMs);
});
afterEach(() => expect(node.internalErrors).toEqual([]));
afterAll(() => node.stop());

async function send(transaction: { to?: Hex; data?: Hex; value?: bigint; gas?: bigint }) {
  const chain = viemChain(ZK, node.rpc.zkUrl);
  const wallet = createWalletClient({ account: alice, chain, transport: http() });
  const request = await wallet.prepareTransactionRequest({ ...transaction });
  const serializedTransaction = await wallet.signTransaction(request);
  return wallet.sendRawTransactionSync({ serializedTransaction });
}
const call = (method: string, ...params: unknown[]) => node.rpc.zk.request({ method, params });
/** Deploys code that is run and left without code: logs of nothing, as many as are asked for. */
const emitting = (count: number): Hex =>
  // PUSH2 n, then: JUMPDEST, LOG0 of nothing, n - 1, again unless 0
  `0x61${count.toString(16).padStart(4, "0")}5b60006000a06001900380600357`;
const everything = logFilter.parse({});

describe("filters", () => {
  it("give the blocks since the last time", async () => {
    const id = await filters.addBlocks();
    expect(await filters.changes(id)).toEqual([]);
    const { blockHash: first } = await send({ to: bob.address });
    const { blockHash: second } = await send({ to: bob.address });
    expect(await filters.changes(id)).toEqual([first, second]);
    expect(await filters.changes(id)).toEqual([]);
    await expect(filters.all(id)).rejects.toMatchObject({ code: "INVALID_PARAMS" });
  });

  it("give every log once, also to polls at the same time", async () => {
    const id = await filters.addLogs(everything);
    const { blockNumber } = await send({ data: emitting(2) });
    await send({ data: emitting(1) });
    const [one, other] = await Promise.all([filters.changes(id), filters.changes(id)]);
    expect(one).toHaveLength(3);
    expect(one).toEqual(await call("eth_getLogs", { fromBlock: toQuantity(blockNumber) }));
    expect(other).toEqual([]);
  });

  it("end where they were told to, and begin where they were told to", async () => {
    const newest = await events.newestNumber();
    const only = toQuantity(newest + 2);
    const id = await filters.addLogs(logFilter.parse({ fromBlock: only, toBlock: only }));
    for (let i = 0; i < 3; i++) await send({ data: emitting(1) });
    expect(await filters.changes(id)).toMatchObject([{ blockNumber: only }]);
    expect(await filters.changes(id)).toEqual([]);
  });

  it("give past logs when asked for all", async () => {
    const { blockNumber } = await send({ data: emitting(2) });
    const fromBlock = toQuantity(blockNumber);
    const id = await filters.addLogs(logFilter.parse({ fromBlock }));
    expect(await filters.changes(id)).toEqual([]);
    expect(await filters.all(id)).toEqual(await call("eth_getLogs", { fromBlock }));
    expect(await filters.all(id)).toHaveLength(2);
  });

  it("give in parts what is too much for one answer", async () => {
    const id = await filters.addLogs(everything);
    for (let i = 0; i < 3; i++) await send({ data: emitting(900), gas: 16_000_000n });
    expect(await filters.changes(id)).toHaveLength(1800);
    expect(await filters.changes(id)).toHaveLength(900);
    expect(await filters.changes(id)).toEqual([]);
  });

  it("say once that a block has too many logs, and go on: TOO_MANY_LOGS", async () => {
    const id = await filters.addLogs(everything);
    await send({ data: emitting(2001), gas: 16_000_000n });
    await send({ data: emitting(1) });
    await expect(filters.changes(id)).rejects.toMatchObject({ code: "TOO_MANY_LOGS" });
    expect(await filters.changes(id)).toHaveLength(1);
  });

  it("are forgotten when they aren't asked: FILTER_UNKNOWN", async () => {
    const id = await filters.addBlocks();
    nowMs = FILTER_IDLE_MS;
    await filters.changes(id);
    nowMs = 2 * FILTER_IDLE_MS;
    await filters.changes(id);
    nowMs += FILTER_IDLE_MS + 1;
    await expect(filters.changes(id)).rejects.toMatchObject({ code: "FILTER_UNKNOWN" });
  });

  it("are bounded in number: FILTER_LIMIT", async () => {
    const ids = await Promise.all(Array.from({ length: MAX_FILTERS }, () => filters.addPending()));
    await expect(filters.addPending()).rejects.toMatchObject({ code: "FILTER_LIMIT" });
    expect(filters.remove(ids[0] ?? "")).toBe(true);
    expect(filters.remove(ids[0] ?? "")).toBe(false);
    await filters.addPending();
    nowMs = FILTER_IDLE_MS + 1;
    await filters.addPending();
  });
});

describe("filters over JSON-RPC", () => {
  it("are made, asked and removed", async () => {
    const [blocks, pending, logs] = await Promise.all([
      call("eth_newBlockFilter"),
      call("eth_newPendingTransactionFilter"),
      call("eth_newFilter", { address: bob.address }),
    ]);
    const { transactionHash, blockHash } = await send({ to: bob.address });
    expect(await call("eth_getFilterChanges", blocks)).toEqual([blockHash]);
    expect(await call("eth_getFilterChanges", pending)).toEqual([transactionHash]);
    expect(await call("eth_getFilterChanges", logs)).toEqual([]);
    expect(await call("eth_getFilterLogs", logs)).toEqual([]);
    expect(await call("eth_uninstallFilter", logs)).toBe(true);
    expect(await call("eth_uninstallFilter", logs)).toBe(false);
  });

  it("refuse as clients expect it, so that they begin anew", async () => {
    await expect(call("eth_getFilterChanges", "0x1")).rejects.toMatchObject({
      code: -32000,
      message: expect.stringMatching(/^filter not found/),
      data: { code: "FILTER_UNKNOWN" },
    });
    const blockHash = `0x${"00".repeat(32)}`;
    await expect(call("eth_newFilter", { blockHash })).rejects.toMatchObject({ code: -32602 });
    await expect(call("eth_newFilter", { topics: ["0x1"] })).rejects.toMatchObject({
      code: -32602,
    });
  });

  it("of the fast chain give its blocks, and no logs", async () => {
    const fast = (method: string, ...params: unknown[]) =>
      node.rpc.fast.request({ method, params });
    const [blocks, logs] = [await fast("eth_newBlockFilter"), await fast("eth_newFilter", {})];
    const to = bob.address;
    const raw = await alice.signTransaction({
      chainId: node.fastChain.chainId,
      to,
      value: 1n,
      gas: 21_000n,
      maxFeePerGas: 0n,
    });
    const receipt = await fast("eth_sendRawTransactionSync", raw);
    const { blockHash } = receipt as { blockHash: Hex };
    expect(await fast("eth_getFilterChanges", blocks)).toEqual([blockHash]);
    expect(await fast("eth_getFilterChanges", logs)).toEqual([]);
    expect(await fast("eth_getFilterLogs", logs)).toEqual([]);
  });
});
