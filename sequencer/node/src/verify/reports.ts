import { contractAddresses, gameItemsAbi, roundReportsAbi, toReportArgs } from "@weft/contracts";
import {
  type Block,
  type Hash,
  keccak256,
  type RoundOpenEvent,
  type RoundReport,
  utf8ToBytes,
} from "@weft/protocol";
import type { Log } from "@weft/zk-chain";
import { type ParseEventLogsReturnType, parseEventLogs, stringToHex } from "viem";
import { NodeError } from "../errors.ts";
import { lowerAddress } from "../genesis.ts";

const roundReports = lowerAddress(contractAddresses.roundReports);
const gameItems = lowerAddress(contractAddresses.gameItems);

/** The part of a receipt that is looked at. */
export type ExecutedLogs = { readonly logs: readonly Log[] };

type Registration = { readonly game: Hash; readonly cap: number; readonly deadline: bigint };
type Reported = { readonly game: Hash; readonly report: RoundReport; minted: number };
type ReportedArgs = ParseEventLogsReturnType<
  typeof roundReportsAbi,
  "RoundReported",
  true
>[number]["args"];

/**
 * Holds what the ZK chain was told of rounds against what the fast chain has: a round is registered before it
 * opens, the contract gets the very report that the room made, and mints what that says, in its order.
 */
export class Reports {
  readonly #unseenHeight: number;
  readonly #registered = new Map<Hash, Registration>();
  readonly #reported = new Map<Hash, Reported>();
  /** Rounds that ended in blocks that weren't seen. */
  readonly #unseen = new Set<Hash>();
  #arrived = 0;

  /** @param unseenHeight of the fast blocks up to this one nothing is told; what they hold is taken on trust. */
  constructor(unseenHeight = -1) {
    this.#unseenHeight = unseenHeight;
  }

  /** Reports that the fast chain has and the ZK chain hasn't (yet). */
  get missing(): number {
    return this.#reported.size - this.#arrived;
  }

  /** Reports that both chains have. */
  get arrived(): number {
    return this.#arrived;
  }

  /** A round began on the fast chain. @throws NodeError ROUND_UNREGISTERED */
  opened(block: Block, game: string, { roundId, cap, deadlineMs }: RoundOpenEvent): void {
    const known = this.#registered.get(roundId);
    const isSame =
      known?.game === gameIdOf(game) &&
      known.cap === cap &&
      known.deadline * 1000n === BigInt(deadlineMs);
    if (isSame) return;
    const { height } = block.header;
    throw new NodeError(
      "ROUND_UNREGISTERED",
      `height ${height}: round ${roundId} isn't registered on the ZK chain, or otherwise`,
      { details: { height, roundId, game, cap, deadlineMs, known } },
    );
  }

  /** The fast chain has a room's report. */
  made(game: string, report: RoundReport): void {
    this.#registered.delete(report.roundId);
    this.#reported.set(report.roundId, { game: gameIdOf(game), report, minted: 0 });
  }

  /** A ZK block was executed. @throws NodeError REPORT_MISMATCH */
  executed(block: Block, receipts: readonly ExecutedLogs[]): void {
    for (const log of receipts.flatMap(({ logs }) => logs)) this.#onLog(block, log);
  }

  #onLog(block: Block, log: Log): void {
    if (log.address === roundReports) this.#onRoundLog(block, log);
    else if (log.address === gameItems) this.#onItemLog(block, log);
  }

  #onRoundLog(block: Block, log: Log): void {
    for (const { eventName, args } of parseEventLogs({ abi: roundReportsAbi, logs: asViem(log) })) {
      if (eventName === "RoundOpened") {
        const { roundId, game, cap, deadline } = args;
        this.#registered.set(roundId, { game, cap, deadline });
      } else if (eventName === "RoundReported") {
        this.#onReported(block, args);
      }
    }
  }

  #onReported(block: Block, args: ReportedArgs): void {
    const known = this.#reported.get(args.roundId);
    if (known === undefined && args.toHeight <= this.#unseenHeight) {
      this.#unseen.add(args.roundId);
      return;
    }
    if (known === undefined) mismatch(block, args.roundId, "was never made on the fast chain");
    const { mints, ...expected } = toReportArgs(known.report);
    const claimed = { ...expected, game: known.game, prizes: mints.length };
    for (const key of Object.keys(claimed) as (keyof typeof claimed)[]) {
      if (args[key] !== claimed[key]) {
        mismatch(block, args.roundId, `has another ${key}: ${args[key]}, not ${claimed[key]}`);
      }
    }
    this.#arrived++;
  }

  #onItemLog(block: Block, log: Log): void {
    for (const { eventName, args } of parseEventLogs({ abi: gameItemsAbi, logs: asViem(log) })) {
      if (eventName !== "ItemMinted" || this.#unseen.has(args.roundId)) continue;
      const known = this.#reported.get(args.roundId);
      const mint = known?.report.mints[known.minted];
      if (known === undefined || mint === undefined) {
        mismatch(block, args.roundId, `doesn't give item ${args.tokenId}`);
      }
      const isSame =
        mint.to === lowerAddress(args.to) && args.item === stringToHex(mint.item, { size: 32 });
      if (!isSame) mismatch(block, args.roundId, `gives ${mint.item} to ${mint.to}, not this item`);
      known.minted++;
    }
  }
}

/** As `gameIdOf` of the rooms: the contract knows games by the hash of their name. */
const gameIdOf = (name: string): Hash => keccak256(utf8ToBytes(name));

function asViem({ address, topics, data }: Log) {
  return [{ address, topics, data }] as unknown as Parameters<typeof parseEventLogs>[0]["logs"];
}

function mismatch({ header }: Block, roundId: Hash, problem: string): never {
  const { height } = header;
  throw new NodeError(
    "REPORT_MISMATCH",
    `height ${height}: the report of round ${roundId} ${problem}`,
    { details: { height, roundId } },
  );
}
