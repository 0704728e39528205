import { createCommon } from "@weft/ethereum";
import { FastChain } from "@weft/fast-chain";
import { type BlockStore, createMemoryStore, Ledger, type StoreListener } from "@weft/ledger";
import {
  chainNumber,
  type Hex,
  hashTransaction,
  type LedgerHeight,
  OWNERSHIP_KEY_BYTES,
  timestampMs,
  ZERO_ADDRESS,
} from "@weft/protocol";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { createDispatcher, type Dispatcher } from "./dispatcher.ts";
import { methodTable } from "./method.ts";
import { fastBlockMethods } from "./methods/fastBlockMethods.ts";
import { fastTransactionMethods } from "./methods/fastTransactionMethods.ts";
import { ledgerMethods } from "./methods/ledgerMethods.ts";
import { alice, bob, FAST, lowerCase, ZK } from "./testNode.ts";

/** A store in memory whose disk takes nothing until it is told to. */
class SlowStore {
  readonly store: BlockStore;
  readonly #listeners = new Set<StoreListener>();
  #durable: LedgerHeight | undefined;
  #waiting: { height: LedgerHeight; resolve: () => void }[] = [];

  constructor() {
    const memory = createMemoryStore();
    this.store = {
      ...memory,
      durableHeight: () => this.#durable,
      append: (block) => {
        void memory.append(block);
        return new Promise((resolve) => {
          this.#waiting.push({ height: block.header.height, resolve });
        });
      },
      listen: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
    };
  }

  write(): void {
    for (const { height, resolve } of this.#waiting) {
      this.#durable = height;
      resolve();
    }
    this.#waiting = [];
    if (this.#durable === undefined) return;
    for (const listener of this.#listeners) listener.durable(this.#durable);
  }
}

let disk: SlowStore;
let chain: FastChain;
let dispatcher: Dispatcher;
const call = (method: string, ...params: unknown[]) => dispatcher.request({ method, params });

beforeEach(async () => {
  disk = new SlowStore();
  const { store } = disk;
  const ledger = new Ledger({ store, chainIds: [FAST, ZK], proposer: ZERO_ADDRESS });
  const genesis = {
    chainId: FAST,
    zkChainId: ZK,
    portal: ZERO_ADDRESS,
    gamePass: ZERO_ADDRESS,
    ownershipKey: new Uint8Array(OWNERSHIP_KEY_BYTES),
    timestampMs: timestampMs(1),
  };
  chain = new FastChain({ ledger, genesis });
  const fast = { chain, ledger, common: createCommon(FAST) };
  dispatcher = createDispatcher({
    methods: methodTable(
      fastBlockMethods(fast),
      fastTransactionMethods(fast),
      ledgerMethods({ ledger, fastChainId: FAST, zkChainId: ZK }),
    ),
  });
  await chain.submit({
    type: "deposit",
    nonce: 0n,
    asset: ZERO_ADDRESS,
    recipient: lowerCase(alice.address),
    amount: 5n,
    zkNumber: chainNumber(0),
  });
  disk.write();
});
afterEach(() => chain.stop());

describe("what isn't on disk", () => {
  it("is shown to nobody, and nobody is told that it happened", async () => {
    const before = await call("eth_blockNumber");
    const headBefore = await call("weft_ledgerHead");
    const raw = await alice.signTransaction({
      chainId: FAST,
      to: bob.address,
      value: 1n,
      nonce: 0,
      gas: 21_000n,
      maxFeePerGas: 0n,
    });
    const settled: string[] = [];
    const note = <T>(name: string, promise: Promise<T>) =>
      promise.then((value) => {
        settled.push(name);
        return value;
      });
    const sent = note("sent", call("eth_sendRawTransaction", raw) as Promise<Hex>);
    await expect.poll(() => chain.nonce(lowerCase(alice.address))).toBe(1);
    const { hash, header } = await newBlock();
    const receipt = note("receipt", call("eth_getTransactionReceipt", hash.transaction));
    const block = note("block", call("weft_getBlock", hash.block));

    expect(await call("eth_blockNumber")).toBe(before);
    expect(await call("weft_ledgerHead")).toEqual(headBefore);
    expect(await call("eth_getBlockByHash", hash.block, false)).toBeNull();
    expect(await call("weft_getBlocks", { fromHeight: header.height })).toEqual([]);
    expect(settled).toEqual([]);

    disk.write();
    expect(await sent).toBe(hash.transaction);
    expect(await receipt).toMatchObject({ transactionHash: hash.transaction });
    expect(await block).toMatchObject({ height: header.height });
    expect(await call("eth_blockNumber")).toBe(`0x${header.number.toString(16)}`);
  });
});

/** Waits until the chain has made the block that follows the deposit's. */
async function newBlock() {
  const { store } = disk;
  await expect.poll(() => store.head()?.header.height).toBe(2);
  const block = store.head();
  if (block === undefined) throw new Error("a head");
  const [raw] = block.transactions;
  if (raw === undefined) throw new Error("a transaction");
  return { header: block.header, hash: { block: block.hash, transaction: hashTransaction(raw) } };
}
