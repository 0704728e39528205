import { contractAddresses, marketAbi } from "@weft/contracts";
import type { Address, Hash } from "@weft/protocol";
import { encodeAbiParameters, encodeEventTopics, encodeFunctionData, parseAbi, toHex } from "viem";
import { expect, test } from "vitest";
import { bytes32ToText, decodeCall, decodeLog } from "./contracts.ts";
import type { EthLog } from "./rpc/ethAnswers.ts";

const market = contractAddresses.market.toLowerCase() as Address;
const stranger: Address = `0x${"12".repeat(20)}`;
const erc20 = parseAbi([
  "function transfer(address to, uint256 value)",
  "event Transfer(address indexed from, address indexed to, uint256 value)",
]);

test("calls of our contracts have names for what they are given", () => {
  const input = encodeFunctionData({ abi: marketAbi, functionName: "buy", args: [3n, 5n] });
  expect(decodeCall(market, input)).toMatchObject({ name: "buy", args: { listingId: "3" } });
});

test("any token's calls and events are known, and what isn't known is undefined", () => {
  const args = [stranger, 7n] as const;
  const input = encodeFunctionData({ abi: erc20, functionName: "transfer", args });
  expect(decodeCall(stranger, input)).toEqual({
    name: "transfer",
    args: { to: stranger, value: "7" },
  });
  const log: EthLog = {
    address: stranger,
    topics: encodeEventTopics({
      abi: erc20,
      eventName: "Transfer",
      args: { from: stranger, to: market },
    }) as Hash[],
    data: encodeAbiParameters([{ type: "uint256" }], [9n]),
    blockNumber: "0x1",
    transactionHash: `0x${"00".repeat(32)}`,
    logIndex: "0x0",
  };
  expect(decodeLog(log)).toMatchObject({ name: "Transfer", args: { value: "9" } });
  expect(decodeLog({ ...log, topics: [] })).toBeUndefined();
  expect(decodeLog({ ...log, data: "0x12" })).toBeUndefined();
  expect(decodeCall(stranger, "0xdeadbeef00")).toBeUndefined();
  expect(decodeCall(null, input)).toBeUndefined();
});

test("text comes out of a bytes32", () => {
  expect(bytes32ToText(toHex("crown", { size: 32 }))).toBe("crown");
  expect(bytes32ToText(toHex("", { size: 32 }))).toBe("");
});
