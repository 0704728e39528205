import { contractAddresses } from "@weft/contracts";
import { decodeBasicData, type Hash, STATE_LEAF, stateKey, verifyStateProof } from "@weft/protocol";
import type { AccountProof } from "@weft/zk-chain";
import { createWalletClient, http, pad, toHex } from "viem";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  alice,
  bob,
  createReader,
  lowerCase,
  startTestNode,
  type TestNode,
  viemChain,
  ZK,
} from "./testNode.ts";

let node: TestNode;
beforeAll(async () => {
  node = await startTestNode();
});
afterAll(() => node.stop());

const call = (method: string, ...params: unknown[]) => node.rpc.zk.request({ method, params });
const getProof = async (...params: unknown[]) =>
  (await call("weft_getStateProof", ...params)) as AccountProof;

/** As a client does that trusts nothing but the block's header. */
async function trustedRoot(blockNumber: number): Promise<Hash> {
  const block = await call("eth_getBlockByNumber", toHex(blockNumber), false);
  return (block as { stateRoot: Hash }).stateRoot;
}

it("proves accounts and slots of a block to whoever has its header", async () => {
  const chain = viemChain(ZK, node.rpc.zkUrl);
  const wallet = createWalletClient({ account: alice, chain, transport: http() });
  const reader = createReader(ZK, node.rpc.zkUrl);
  const nobody = "0x00000000000000000000000000000000000b0b01";
  const hash = await wallet.sendTransaction({ to: nobody, value: 3n });
  await reader.waitForTransactionReceipt({ hash });

  for (const [block, balance] of [
    ["0x0", 0n],
    ["latest", 3n],
  ] as const) {
    const proof = await getProof(nobody, [], block);
    const root = await trustedRoot(proof.blockNumber);
    const key = stateKey(nobody, STATE_LEAF.basicData);
    expect(proof.stateRoot).toBe(root);
    const value = verifyStateProof({ root, key }, proof.basicData);
    expect(decodeBasicData(value).balance).toBe(balance);
  }

  const pass = contractAddresses.gamePass;
  const proof = await getProof(pass, ["0x0", "0x1", pad("0x5")]);
  const root = await trustedRoot(proof.blockNumber);
  for (const [index, slot] of [0n, 1n, 5n].entries()) {
    const key = stateKey(lowerCase(pass), STATE_LEAF.storage, slot);
    const one = proof.storage[index];
    if (one === undefined) throw new Error("a slot is missing");
    const value = verifyStateProof({ root, key }, one.proof);
    const stored = await reader.getStorageAt({ address: pass, slot: toHex(slot) });
    expect(value).toBe(BigInt(stored ?? "0x0"));
  }
});

it("tells the roots before and after a transaction in its receipt", async () => {
  const chain = viemChain(ZK, node.rpc.zkUrl);
  const wallet = createWalletClient({ account: bob, chain, transport: http() });
  const reader = createReader(ZK, node.rpc.zkUrl);
  const hash = await wallet.sendTransaction({ to: alice.address, value: 1n });
  const { blockNumber } = await reader.waitForTransactionReceipt({ hash });
  const receipt = await call("eth_getTransactionReceipt", hash);
  expect(receipt).toMatchObject({
    preStateRoot: await trustedRoot(Number(blockNumber) - 1),
    postStateRoot: await trustedRoot(Number(blockNumber)),
  });
});

it("refuses what it can't prove", async () => {
  const proof = (...params: unknown[]) => call("weft_getStateProof", ...params);
  await expect(proof("0x12")).rejects.toMatchObject({ code: -32602 });
  const slots = Array.from({ length: 65 }, (_, index) => toHex(index));
  await expect(proof(alice.address, slots)).rejects.toMatchObject({ code: -32602 });
  await expect(proof(alice.address, [], "0x999")).rejects.toMatchObject({ code: -32001 });
});
