import { coinCreationCode, deedCreationCode } from "@weft/contracts/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  alice,
  aliceKey,
  bob,
  ETHER,
  FAST,
  lowerCase,
  startTestNode,
  type TestNode,
  ZK,
} from "../src/testNode.ts";
import { runCast } from "./runCast.ts";

let node: TestNode;
beforeAll(async () => {
  node = await startTestNode();
});
afterAll(() => node.stop());

type Receipt = { status: string; contractAddress: string; transactionHash: string; logs: object[] };

const zk = (...args: string[]) => runCast(node.rpc.zkUrl, ...args);
const fast = (...args: string[]) => runCast(node.rpc.fastUrl, ...args);
const signed = ["send", "--json", "--private-key", aliceKey];

async function deploy(bytecode: string, types: string, ...args: string[]) {
  const receipt = await zk(...signed, "--create", bytecode, types, ...args);
  expect(receipt).toMatchObject({ status: "0x1" });
  return (receipt as Receipt).contractAddress;
}

describe("cast on the ZK chain", () => {
  it("deploys and uses an ERC-20", async () => {
    const types = "constructor(string,string,uint256)";
    const coin = await deploy(coinCreationCode, types, "Coin", "CN", "10");
    const sent = await zk(...signed, coin, "transfer(address,uint256)", bob.address, "4");
    expect((sent as Receipt).logs).toHaveLength(1);
    expect(await zk("call", coin, "balanceOf(address)(uint256)", bob.address)).toBe(4);
    const event = "Transfer(address indexed,address indexed,uint256)";
    const logs = await zk("logs", "--json", "--from-block", "0", "--address", coin, event);
    expect(logs).toHaveLength(2);
    const tooMuch = zk("call", coin, "transfer(address,uint256)", bob.address, "7");
    await expect(tooMuch).rejects.toThrow(/execution reverted/);
    const { transactionHash } = sent as Receipt;
    expect(await zk("receipt", "--json", transactionHash)).toMatchObject({ transactionHash });
    expect(await zk("tx", "--json", transactionHash)).toMatchObject({
      hash: transactionHash,
      to: coin,
    });
  });

  it("deploys and uses an ERC-721", async () => {
    const deed = await deploy(deedCreationCode, "constructor(string,string)", "Deed", "DD");
    await zk(...signed, deed, "mint(address,uint256)", alice.address, "1");
    const move = "safeTransferFrom(address,address,uint256)";
    const sent = await zk(...signed, deed, move, alice.address, bob.address, "1");
    expect(sent).toMatchObject({ status: "0x1" });
    expect(await zk("call", deed, "ownerOf(uint256)(address)", "1")).toBe(bob.address);
    await expect(zk("call", deed, "ownerOf(uint256)(address)", "2")).rejects.toThrow(/revert/);
    expect(await zk("codesize", deed)).toBeGreaterThan(1000);
  });

  it("reads", async () => {
    expect(await zk("chain-id")).toBe(ZK);
    expect(await zk("block", "--json", "--full", "earliest")).toMatchObject({
      transactions: [{ type: "0x5a" }],
    });
    expect(await zk("block", "--json", "finalized")).toMatchObject({ number: "0x0" });
    expect(await zk("estimate", bob.address, "--value", "1")).toBe(21_000);
    expect(await zk("storage", bob.address, "0")).toMatch(/^0x0{64}$/);
    expect(await zk("access-list", bob.address)).toContain("21000");
    expect(await zk("gas-price")).toBeGreaterThan(0);
    await expect(zk("proof", bob.address)).rejects.toThrow(/weft_getStateProof/);
  });
});

it("cast sends and reads on the fast chain", async () => {
  expect(await fast("chain-id")).toBe(FAST);
  const sent = await fast(...signed, bob.address, "--value", "1ether");
  expect(sent).toMatchObject({ status: "0x1", to: lowerCase(bob.address) });
  expect(await fast("balance", "--ether", bob.address)).toBe(1);
  expect(await fast("nonce", alice.address)).toBe(1);
  expect(await fast("block", "--json", "--full", "latest")).toMatchObject({
    transactions: [{ value: `0x${ETHER.toString(16)}` }],
  });
});
