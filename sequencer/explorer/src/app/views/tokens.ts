import { contractAddresses } from "@weft/contracts";
import type { Address } from "@weft/protocol";
import { decodeLog } from "../contracts.ts";
import { LOG_RANGE } from "../limits.ts";
import type { EthLog } from "../rpc/ethAnswers.ts";
import type { Rpc } from "../rpc/rpc.ts";

export type Tokens = {
  readonly passes: readonly string[];
  readonly prizes: readonly string[];
  /** The oldest ZK block that was looked at: tokens that came before aren't here. */
  readonly fromNumber: number;
};

/** The passes and prizes that an address has got, and not given away, in the newest `LOG_RANGE` ZK blocks. */
export async function readTokens(rpc: Rpc, address: Address): Promise<Tokens> {
  const head = Number(await rpc.call<string>("zk", "eth_blockNumber"));
  const fromNumber = Math.max(0, head - LOG_RANGE + 1);
  const owner = `0x${address.slice(2).padStart(64, "0")}`;
  const tokensOf = async (contract: string) => {
    const search = (topics: readonly (string | null)[]) =>
      rpc.call<readonly EthLog[]>("zk", "eth_getLogs", {
        address: contract,
        fromBlock: `0x${fromNumber.toString(16)}`,
        toBlock: `0x${head.toString(16)}`,
        topics,
      });
    const [given, got] = await Promise.all([search([null, owner]), search([null, null, owner])]);
    return heldAfter([...given, ...got], address);
  };
  const [passes, prizes] = await Promise.all([
    tokensOf(contractAddresses.gamePass),
    tokensOf(contractAddresses.gameItems),
  ]);
  return { passes, prizes, fromNumber };
}

/** Follows transfers in their order. */
function heldAfter(logs: readonly EthLog[], owner: Address): string[] {
  const held = new Set<string>();
  const inOrder = logs.toSorted(
    (left, right) =>
      Number(left.blockNumber) - Number(right.blockNumber) ||
      Number(left.logIndex) - Number(right.logIndex),
  );
  for (const log of inOrder) {
    const event = decodeLog(log);
    if (event?.name !== "Transfer") continue;
    const { to, tokenId } = event.args as { to: string; tokenId: string };
    if (to.toLowerCase() === owner) held.add(tokenId);
    else held.delete(tokenId);
  }
  return [...held];
}
