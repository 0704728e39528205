import { contractAddresses } from "@weft/contracts";
import type { Address, Hash } from "@weft/protocol";
import type { RoundDetails } from "@weft/rpc/answers";
import { bytes32ToText, decodeLog } from "../contracts.ts";
import { LOG_RANGE, ROUND_LOOK_BACK } from "../limits.ts";
import type { EthLog } from "../rpc/ethAnswers.ts";
import type { Rpc } from "../rpc/rpc.ts";
import { counted } from "../ui/format.ts";

/** What the ZK chain's contracts said of a round. */
export type RoundOnZk = {
  readonly steps: readonly {
    readonly event: string;
    readonly transaction: Hash;
    readonly number: number;
    readonly text: string;
  }[];
  readonly minted: readonly {
    readonly tokenId: string;
    readonly to: Address;
    readonly item: string;
    readonly transaction: Hash;
  }[];
};

/** Looks for the round's events, from a little before its opening on. */
export async function readRoundOnZk(
  rpc: Rpc,
  { roundId, zkNumber }: RoundDetails,
): Promise<RoundOnZk> {
  if (zkNumber === null) return { steps: [], minted: [] };
  const from = Math.max(0, zkNumber - ROUND_LOOK_BACK);
  const head = Number(await rpc.call<string>("zk", "eth_blockNumber"));
  const to = Math.min(head, from + LOG_RANGE - 1);
  const range = { fromBlock: toHex(from), toBlock: toHex(Math.max(from, to)) };
  const search = (address: string, topics: readonly (string | null)[]) =>
    rpc.call<readonly EthLog[]>("zk", "eth_getLogs", { ...range, address, topics });
  const [steps, mints] = await Promise.all([
    // the round's id is the first indexed field of all that RoundReports says of it
    search(contractAddresses.roundReports, [null, roundId]),
    search(contractAddresses.gameItems, [null, null, null, roundId]),
  ]);
  return { steps: steps.flatMap(stepOf), minted: mints.flatMap(mintOf) };
}

const toHex = (value: number) => `0x${value.toString(16)}`;

function stepOf(log: EthLog): RoundOnZk["steps"] {
  const event = decodeLog(log);
  if (event === undefined) return [];
  const { name, args } = event;
  const { transactionHash: transaction, blockNumber } = log;
  const of = (field: string, unit: string) => counted(Number(args[field]), unit);
  const texts: Readonly<Record<string, string>> = {
    RoundOpened: `registered, with at most ${of("cap", "prize")} and ${of("players", "player")} who can co-sign`,
    RoundReported: `reported, ${of("actions", "action")}, ${of("prizes", "prize")}`,
    RoundAttested: `co-signed; minted by now: ${of("minted", "prize")}`,
  };
  return [{ event: name, transaction, number: Number(blockNumber), text: texts[name] ?? "" }];
}

function mintOf(log: EthLog): RoundOnZk["minted"] {
  const event = decodeLog(log);
  if (event?.name !== "ItemMinted") return [];
  const { tokenId, to, item } = event.args as { tokenId: string; to: string; item: string };
  const owner = to.toLowerCase() as Address;
  return [{ tokenId, to: owner, item: bytes32ToText(item), transaction: log.transactionHash }];
}
