import {
  contractAddresses,
  gameItemsAbi,
  gamePassAbi,
  marketAbi,
  portalAbi,
  roundReportsAbi,
} from "@weft/contracts";
import type { Address, Hex } from "@weft/protocol";
import type { PlainJson, PlainObject } from "@weft/rpc/answers";
import { type Abi, decodeEventLog, decodeFunctionData, parseAbi } from "viem";
import type { EthLog } from "./rpc/ethAnswers.ts";

/** What most tokens have, for contracts that aren't Weft's own. */
const tokenAbi = parseAbi([
  "event Approval(address indexed owner, address indexed spender, uint256 value)",
  "event Transfer(address indexed from, address indexed to, uint256 value)",
  "function transfer(address to, uint256 value)",
  "function approve(address spender, uint256 value)",
]);

const abis = new Map<string, Abi>(
  (
    [
      ["gamePass", gamePassAbi],
      ["gameItems", gameItemsAbi],
      ["market", marketAbi],
      ["portal", portalAbi],
      ["roundReports", roundReportsAbi],
    ] as const
  ).map(([name, abi]) => [contractAddresses[name].toLowerCase(), abi]),
);

/** A call or an event by its name, its arguments as far as they have names. */
export type Named = { readonly name: string; readonly args: PlainObject };

export function decodeCall(to: Address | null, input: Hex): Named | undefined {
  if (to === null || input.length < 10) return undefined;
  try {
    const abi = abis.get(to) ?? tokenAbi;
    const { functionName, args } = decodeFunctionData({ abi, data: input });
    const described = abi.find((item) => item.type === "function" && item.name === functionName);
    const inputs = described?.type === "function" ? described.inputs : [];
    const named = inputs.map(({ name }, index) => [name || String(index), args?.[index]]);
    return { name: functionName, args: toPlain(Object.fromEntries(named)) as PlainObject };
  } catch {
    return undefined; // nothing that is known here
  }
}

export function decodeLog({ address, topics, data }: EthLog): Named | undefined {
  try {
    const abi = abis.get(address) ?? tokenAbi;
    const signed = topics as [Hex, ...Hex[]];
    const { eventName, args } = decodeEventLog({ abi, topics: signed, data });
    return { name: eventName ?? "", args: toPlain(args ?? {}) as PlainObject };
  } catch {
    return undefined;
  }
}

function toPlain(value: unknown): PlainJson {
  if (typeof value === "bigint") return value.toString();
  if (Array.isArray(value)) return value.map(toPlain);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, toPlain(field)]));
  }
  return value as PlainJson;
}

/** Text in a `bytes32`, as items and games have it. */
export function bytes32ToText(bytes: string): string {
  const codes = bytes.slice(2).match(/../g) ?? [];
  const octets = Uint8Array.from(codes.map((code) => Number.parseInt(code, 16)));
  const end = octets.findLastIndex((octet) => octet !== 0) + 1;
  return new TextDecoder().decode(octets.subarray(0, end));
}
