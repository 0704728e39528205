import { createMemoryStore, Ledger } from "@weft/ledger";
import {
  type ChainNumber,
  decodeZkTransaction,
  encodeZkTransaction,
  type LedgerHeight,
  timestampMs,
  ZERO_ADDRESS,
} from "@weft/protocol";
import { afterEach, expect, test } from "vitest";
import { silentLogger } from "./logger.ts";
import { startNode } from "./startNode.ts";
import type { WeftNode } from "./types.ts";
import { verifyLedger } from "./verifyLedger.ts";

let node: WeftNode | undefined;
afterEach(async () => {
  await node?.stop();
  node = undefined;
});

async function start(): Promise<WeftNode> {
  node = await startNode({ rpc: { port: 0 }, logger: silentLogger });
  return node;
}

test("value that appears on the fast chain and never left the ZK chain is named", async () => {
  const { fastChain, ledger, fastChainId, zkChainId } = await start();
  const { height } = await fastChain.submit({
    type: "deposit",
    nonce: 0n,
    asset: ZERO_ADDRESS,
    recipient: `0x${"11".repeat(20)}`,
    amount: 1n,
    zkNumber: 0 as ChainNumber,
  });
  await expect(verifyLedger({ ledger, fastChainId, zkChainId })).rejects.toMatchObject({
    code: "CROSSING_MISMATCH",
    details: { height },
  });
});

test("a block that doesn't execute as its header says is named by its height", async () => {
  const { ledger, fastChainId, zkChainId, operator } = await start();
  const { blockNumber } = await operator.send({ to: ZERO_ADDRESS, value: 1n });
  const forged = new Ledger({
    store: createMemoryStore(),
    chainIds: ledger.chainIds,
    proposer: ZERO_ADDRESS,
  });
  // The same blocks anew, but in the one with the transfer the EVM's clock is another.
  let height = 0;
  for (const block of ledger.blocks({ fromHeight: 0 as LedgerHeight })) {
    const { chainId, number, stateRoot } = block.header;
    const isTarget = chainId === zkChainId && number === Number(blockNumber);
    if (isTarget) height = block.header.height;
    const transactions = isTarget ? block.transactions.map(withoutTransfers) : block.transactions;
    forged.propose({ chainId, transactions, stateRoot, timestampMs: block.header.timestampMs });
  }
  await expect(verifyLedger({ ledger: forged, fastChainId, zkChainId })).rejects.toMatchObject({
    code: "LEDGER_INVALID",
    details: { height },
  });
  await forged.close();
});

/** A signed transaction replaced by nothing much: the root that the header claims can't come out. */
function withoutTransfers(encoded: Uint8Array): Uint8Array {
  const { type } = decodeZkTransaction(encoded);
  return type === "signed"
    ? encodeZkTransaction({ type: "begin", timestampMs: timestampMs(0) })
    : encoded;
}

test("it can be stopped, and tells how far it is", async () => {
  const { ledger, fastChainId, zkChainId } = await start();
  const heights: number[] = [];
  await verifyLedger({
    ledger,
    fastChainId,
    zkChainId,
    onProgress: ({ height }) => heights.push(height),
  });
  expect(heights).toEqual([0, 1]);
  const signal = AbortSignal.abort();
  await expect(verifyLedger({ ledger, fastChainId, zkChainId, signal })).rejects.toThrow("abort");
});
