import { contractAddresses, gamePassAbi } from "@weft/contracts";
import {
  createWalletClient,
  encodeAbiParameters,
  encodeFunctionData,
  type Hex,
  http,
  keccak256,
  MethodNotSupportedRpcError,
  toHex,
  zeroAddress,
} from "viem";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { MAX_OVERRIDE_ACCOUNTS, MAX_OVERRIDE_SLOTS } from "./limits.ts";
import {
  alice,
  bob,
  createReader,
  ETHER,
  lowerCase,
  type Reader,
  startTestNode,
  type TestNode,
  viemChain,
  ZK,
} from "./testNode.ts";

let node: TestNode;
let reader: Reader;
beforeAll(async () => {
  node = await startTestNode();
  reader = createReader(ZK, node.rpc.zkUrl);
});
afterAll(async () => {
  expect(node.internalErrors).toEqual([]);
  await node.stop();
});

const call = (method: string, ...params: unknown[]) => node.rpc.zk.request({ method, params });
const program: Hex = "0x00000000000000000000000000000000000000aa";
const word = (value: number): Hex => toHex(value, { size: 32 });
/** Gives back what the instructions leave on the stack. */
const giving = (instructions: string): Hex => `0x${instructions}60005260206000f3`;
const slotOne = giving("600154");

async function transfer(value: bigint) {
  const chain = viemChain(ZK, node.rpc.zkUrl);
  const wallet = createWalletClient({ account: alice, chain, transport: http() });
  const hash = await wallet.sendTransaction({ to: bob.address, value });
  return reader.waitForTransactionReceipt({ hash });
}

describe("calls with overrides", () => {
  it("of viem: code, balance, slots, the block", async () => {
    const stateDiff = [{ slot: word(1), value: word(7) }];
    const stateOverride = [{ address: program, code: slotOne, stateDiff }];
    expect(await reader.call({ to: program, stateOverride })).toEqual({ data: word(7) });
    const state = { state: [{ slot: word(2), value: word(7) }] };
    const emptied = [{ address: program, code: slotOne, ...state }];
    expect(await reader.call({ to: program, stateOverride: emptied })).toEqual({ data: word(0) });
    const poor = "0x00000000000000000000000000000000000000bb";
    const rich = [{ address: poor, balance: ETHER }] as const;
    const payment = { account: poor, to: bob.address, value: ETHER } as const;
    await expect(reader.estimateGas(payment)).rejects.toThrow(/exceeds the balance/);
    expect(await reader.estimateGas({ ...payment, stateOverride: [...rich] })).toBe(21_000n);
    const block = { number: 99n, time: 1234n, baseFeePerGas: 5n, feeRecipient: program };
    for (const [instruction, value] of [
      ["43", 99],
      ["42", 1234],
      ["48", 5],
      ["41", 0xaa],
    ]) {
      const request = { data: giving(String(instruction)), blockOverrides: block };
      expect(await reader.call(request)).toEqual({ data: word(Number(value)) });
    }
  });

  it("change what a contract sees, and nothing else", async () => {
    const owners = 2; // OpenZeppelin's ERC721: name, symbol, owners
    const types = [{ type: "uint256" }, { type: "uint256" }] as const;
    const slot = keccak256(encodeAbiParameters(types, [77n, BigInt(owners)]));
    const value = `0x${lowerCase(bob.address).slice(2).padStart(64, "0")}`;
    const to = contractAddresses.gamePass;
    const data = encodeFunctionData({ abi: gamePassAbi, functionName: "ownerOf", args: [77n] });
    const overrides = { [to]: { stateDiff: { [slot]: value } } };
    expect(await call("eth_call", { to, data }, "latest", overrides)).toBe(value);
    await expect(call("eth_call", { to, data }, "latest")).rejects.toMatchObject({ code: 3 });
  });

  const slots = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [toHex(index), word(1)]));
  const accounts = Object.fromEntries(
    Array.from({ length: MAX_OVERRIDE_ACCOUNTS + 1 }, (_, index) => [
      toHex(index, { size: 20 }),
      {},
    ]),
  );
  it.each<[string, unknown, unknown?]>([
    ["an account that is none", { "0x12": { balance: "0x1" } }],
    ["a balance above 256 bits", { [program]: { balance: `0x1${"0".repeat(64)}` } }],
    ["a nonce above 64 bits", { [program]: { nonce: "0x10000000000000000" } }],
    ["code that is no bytes", { [program]: { code: "0x1" } }],
    ["slots that are none", { [program]: { stateDiff: { slot: word(1) } } }],
    ["state beside stateDiff", { [program]: { state: {}, stateDiff: {} } }],
    ["what isn't known here", { [program]: { movePrecompileToAddress: program } }],
    ["too many slots", { [program]: { state: slots(MAX_OVERRIDE_SLOTS + 1) } }],
    ["too many accounts", accounts],
    ["a list", []],
    ["a time past all times", {}, { time: "0xffffffffffffff" }],
    ["a block field that isn't known here", {}, { blobBaseFee: "0x1" }],
  ])("refuse %s", async (_, overrides, block = {}) => {
    const request = { to: program };
    for (const method of ["eth_call", "eth_estimateGas", "eth_createAccessList"]) {
      const refused = call(method, request, "latest", overrides, block);
      await expect(refused).rejects.toMatchObject({ code: -32602 });
    }
  });

  it("take as many as they say", async () => {
    const overrides = { [program]: { code: slotOne, state: slots(MAX_OVERRIDE_SLOTS) } };
    expect(await call("eth_call", { to: program }, null, overrides, null)).toBe(word(1));
  });
});

describe("blocks to read at", () => {
  it("by number, hash and tag, as EIP-1898 has them", async () => {
    const { blockHash, blockNumber } = await transfer(3n);
    const after = await reader.getBalance({ address: bob.address });
    const balance = async (ref: unknown) =>
      BigInt((await call("eth_getBalance", bob.address, ref)) as string);
    expect(await balance({ blockHash })).toBe(after);
    expect(await balance({ blockHash, requireCanonical: true })).toBe(after);
    expect(await balance({ blockNumber: toHex(blockNumber) })).toBe(after);
    expect(await balance({ blockNumber: toHex(blockNumber - 1n) })).toBe(after - 3n);
    const data = giving(`73${bob.address.slice(2)}31`);
    const at = { blockNumber: toHex(blockNumber - 1n) };
    expect(BigInt((await call("eth_call", { data }, at)) as string)).toBe(after - 3n);
    await expect(balance({})).rejects.toMatchObject({ code: -32602 });
  });

  it("safe and finalized are the genesis, until there is more that everyone agrees on", async () => {
    const { blockNumber } = await transfer(1n);
    expect(await reader.getBlock()).toMatchObject({ number: blockNumber });
    for (const blockTag of ["safe", "finalized", "earliest"] as const) {
      expect(await reader.getBlock({ blockTag })).toMatchObject({ number: 0n });
      const { address } = bob;
      expect(await reader.getBalance({ address, blockTag })).toBe(1000n * ETHER);
    }
    const logs = await reader.getLogs({ fromBlock: "earliest", toBlock: "finalized" });
    expect(new Set(logs.map((log) => log.blockNumber))).toEqual(new Set([0n]));
  });
});

describe("what wallets and tools ask besides", () => {
  it("access lists", async () => {
    const to = contractAddresses.gamePass;
    const data = encodeFunctionData({ abi: gamePassAbi, functionName: "name" });
    const list = await reader.createAccessList({ to, data });
    expect(list.gasUsed).toBeGreaterThan(21_000n);
    expect(list.accessList).toEqual([{ address: lowerCase(to), storageKeys: [word(0)] }]);
    const overrides = { [program]: { code: slotOne } };
    expect(await call("eth_createAccessList", { to: program }, "latest", overrides)).toMatchObject({
      accessList: [{ address: program, storageKeys: [word(1)] }],
      gasUsed: expect.stringMatching(/^0x/),
    });
  });

  it("uncles, raw transactions, peers", async () => {
    const { blockHash, transactionHash } = await transfer(1n);
    expect(await call("eth_getUncleCountByBlockHash", blockHash)).toBe("0x0");
    expect(await call("eth_getUncleCountByBlockNumber", "latest")).toBe("0x0");
    expect(await call("eth_getUncleCountByBlockNumber", "0xffffff")).toBeNull();
    expect(await call("eth_getUncleByBlockNumberAndIndex", "latest", "0x0")).toBeNull();
    expect(await call("eth_getUncleByBlockHashAndIndex", blockHash, "0x0")).toBeNull();
    const raw = (await call("eth_getRawTransactionByHash", transactionHash)) as Hex;
    expect(keccak256(raw)).toBe(transactionHash);
    expect(await call("eth_getRawTransactionByHash", blockHash)).toBeNull();
    expect(await call("net_peerCount")).toBe("0x0");
    expect(await call("eth_mining")).toBe(false);
  });

  it("what isn't to be had here, with a word on what is", async () => {
    const proof = reader.getProof({ address: bob.address, storageKeys: [] });
    const error = await proof.catch((thrown: unknown) => thrown);
    expect(String(error)).toContain("weft_getStateProof");
    await expect(call("eth_getProof", bob.address, [], "latest")).rejects.toMatchObject({
      code: MethodNotSupportedRpcError.code,
      data: { code: "METHOD_UNSUPPORTED" },
    });
    await expect(call("eth_sendTransaction", {})).rejects.toMatchObject({
      message: expect.stringContaining("eth_sendRawTransaction"),
    });
    await expect(call("eth_subscribe", "newHeads")).rejects.toMatchObject({
      code: -32601,
      data: { code: "SUBSCRIPTIONS_UNAVAILABLE" },
    });
  });

  it("the receipt with the sending: EIP-7966, and when there is none in time", async () => {
    const sign = (nonce: number) =>
      alice.signTransaction({
        chainId: ZK,
        to: zeroAddress,
        nonce,
        gas: 21_000n,
        maxFeePerGas: 10n ** 10n,
      });
    const nonce = await reader.getTransactionCount({ address: alice.address });
    const receipt = await call("eth_sendRawTransactionSync", await sign(nonce));
    expect(receipt).toMatchObject({ status: "0x1", to: zeroAddress });
    const early = await sign(nonce + 5); // what comes before it never comes
    await expect(call("eth_sendRawTransactionSync", early, 1)).rejects.toMatchObject({
      code: 4,
      data: keccak256(early),
    });
    await expect(call("eth_sendRawTransactionSync", early)).rejects.toMatchObject({
      code: -32003,
      data: { code: "ALREADY_KNOWN" },
    });
  });
});
