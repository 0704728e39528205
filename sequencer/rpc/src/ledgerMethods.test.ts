import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MAX_LEDGER_BLOCKS } from "./limits.ts";
import { alice, bob, FAST, lowerCase, startTestNode, type TestNode, ZK } from "./testNode.ts";

let node: TestNode;
beforeAll(async () => {
  node = await startTestNode();
  for (let nonce = 0; nonce < 3; nonce++) {
    const transaction = { chainId: FAST, to: bob.address, value: 1n, nonce, gas: 21_000n };
    const raw = await alice.signTransaction({ ...transaction, maxFeePerGas: 0n });
    await node.rpc.fast.request({ method: "eth_sendRawTransaction", params: [raw] });
  }
});
afterAll(() => node.stop());

const call = (method: string, ...params: unknown[]) => node.rpc.zk.request({ method, params });

describe("weft methods", () => {
  it("tell the newest block that is on disk", async () => {
    const { ledger } = node;
    const head = await call("weft_ledgerHead");
    expect(head).toEqual({ ...ledger.head?.header, hash: ledger.head?.hash });
    expect(await node.rpc.fast.request({ method: "weft_ledgerHead" })).toEqual(head);
  });

  it("give a block by height or hash, and say what is in it", async () => {
    const kinds = [];
    for (const { header, hash } of node.ledger.blocks({ fromHeight: 0 as never })) {
      const block = await call("weft_getBlock", header.height);
      expect(block).toMatchObject({
        ...header,
        hash,
        chain: header.chainId === ZK ? "zk" : "fast",
      });
      expect(await call("weft_getBlock", hash)).toEqual(block);
      expect(await call("weft_getBlock", `0x${header.height.toString(16)}`)).toEqual(block);
      kinds.push(...(block as { transactions: { kind: string }[] }).transactions);
    }
    expect(kinds.map(({ kind }) => kind)).toEqual([
      "genesis",
      "genesis",
      "deposit",
      "signed",
      "signed",
      "signed",
    ]);
    expect(await call("weft_getBlock", 999)).toBeNull();
    expect(await call("weft_getBlock", `0x${"ab".repeat(32)}`)).toBeNull();
  });

  it("give a range of blocks, at most a number of them", async () => {
    const heights = async (params: object) => {
      const blocks = (await call("weft_getBlocks", params)) as { height: number }[];
      return blocks.map(({ height }) => height);
    };
    const last = node.ledger.head?.header.height ?? 0;
    const all = Array.from({ length: last + 1 }, (_, height) => height);
    expect(await heights({ fromHeight: 0 })).toEqual(all);
    expect(await heights({ fromHeight: 1, toHeight: 2 })).toEqual([1, 2]);
    expect(await heights({ fromHeight: 1, toHeight: 999 })).toEqual(all.slice(1));
    expect(await heights({ fromHeight: 1, limit: 2 })).toEqual([1, 2]);
    expect(await heights({ fromHeight: 999 })).toEqual([]);
    for (const params of [
      { fromHeight: -1 },
      { fromHeight: 0, limit: MAX_LEDGER_BLOCKS + 1 },
      { fromHeight: 0, limit: 0 },
      {},
    ]) {
      await expect(call("weft_getBlocks", params)).rejects.toMatchObject({ code: -32602 });
    }
  });

  it("name a transaction as the chains' own methods do", async () => {
    const head = node.ledger.chainHead(FAST);
    const block = (await call("weft_getBlock", head?.hash)) as { transactions: { hash: string }[] };
    const receipt = await node.rpc.fast.request({
      method: "eth_getTransactionReceipt",
      params: [block.transactions[0]?.hash],
    });
    expect(receipt).toMatchObject({
      blockNumber: `0x${head?.header.number.toString(16)}`,
      from: lowerCase(alice.address),
    });
  });
});
