import { gameItemsAbi, roundReportsAbi } from "@weft/contracts";
import type { WeftNode } from "@weft/node";
import {
  type Address,
  CodedError,
  type Hash,
  keccak256,
  type RoundReport,
  type TimestampMs,
} from "@weft/protocol";
import {
  encodeFunctionData,
  hexToString,
  pad,
  parseEventLogs,
  stringToHex,
  type TransactionReceipt,
} from "viem";
import { RoomsError, type RoomsErrorCode } from "../errors.ts";
import { ZK_ATTEMPTS, ZK_RETRY_MS } from "../limits.ts";
import type { MintedItem } from "../types.ts";
import { gameIdOf } from "./gameId.ts";

export type RoundOpening = {
  readonly roundId: Hash;
  readonly game: string;
  readonly cap: number;
  readonly deadlineMs: TimestampMs;
};

export type ReportedRound = {
  readonly minted: readonly MintedItem[];
  readonly transactionHash: Hash;
};

/** As `IRoundReports.RoundStatus`. */
const RoundStatus = { unknown: 0, open: 1, reported: 2 } as const;

type ZkNode = Pick<WeftNode, "operator" | "zkClient" | "contracts">;

/** The operator's side of the contract RoundReports. */
export class RoundReports {
  readonly #node: ZkNode;
  readonly #wait: (ms: number) => Promise<void>;

  constructor(node: ZkNode, wait: (ms: number) => Promise<void>) {
    this.#node = node;
    this.#wait = wait;
  }

  /** Registers a game unless it is, with this operator and for as many prizes. */
  async registerGame(name: string, maxMints: number): Promise<void> {
    const game = gameIdOf(name);
    const registered = await this.#readGame(game);
    const { operator } = this.#node;
    const isOurs = registered.operator.toLowerCase() === operator.address;
    if (isOurs && registered.maxCap >= maxMints) return;
    await operator.send({
      to: this.#node.contracts.roundReports,
      data: encodeFunctionData({
        abi: roundReportsAbi,
        functionName: "registerGame",
        args: [game, operator.address, maxMints],
      }),
    });
  }

  /**
   * Opens a round, before it is played. A round that is open already, since an earlier try did arrive after
   * all, is taken if it will do.
   * @returns the round's deadline.
   * @throws RoomsError ROUND_REFUSED, ROUND_STALE, ZK_CHAIN_UNAVAILABLE
   */
  async open({ roundId, game, cap, deadlineMs }: RoundOpening): Promise<TimestampMs> {
    const deadline = Math.ceil(deadlineMs / 1000);
    const data = encodeFunctionData({
      abi: roundReportsAbi,
      functionName: "openRound",
      args: [roundId, gameIdOf(game), cap, BigInt(deadline)],
    });
    return this.#retried("ROUND_REFUSED", async () => {
      const known = await this.#readRound(roundId);
      if (known.status === RoundStatus.unknown) {
        await this.#node.operator.send({ to: this.#node.contracts.roundReports, data });
        return (deadline * 1000) as TimestampMs;
      }
      const usable = known.status === RoundStatus.open && known.cap === cap;
      if (usable && Number(known.deadline) * 1000 >= deadlineMs - STALE_MS) {
        return (Number(known.deadline) * 1000) as TimestampMs;
      }
      throw new RoomsError("ROUND_STALE", "the round was opened before, otherwise", {
        details: { roundId, ...known },
      });
    });
  }

  /**
   * Reports a round and mints its prizes. A report that did arrive although its receipt was lost counts.
   * @throws RoomsError REPORT_REFUSED with the contract's error in `details.errorName`,
   * ZK_CHAIN_UNAVAILABLE
   */
  async report(report: RoundReport): Promise<ReportedRound> {
    const data = encodeReport(report);
    let tries = 0;
    return this.#retried("REPORT_REFUSED", async () => {
      const earlier = tries++ === 0 ? undefined : await this.#findReport(report.roundId);
      const to = this.#node.contracts.roundReports;
      return mintedIn(earlier ?? (await this.#node.operator.send({ to, data })));
    });
  }

  async #findReport(roundId: Hash): Promise<TransactionReceipt | undefined> {
    const { zkClient, contracts } = this.#node;
    const { status } = await this.#readRound(roundId);
    if (status !== RoundStatus.reported) return undefined;
    const [event] = await zkClient.getContractEvents({
      address: contracts.roundReports,
      abi: roundReportsAbi,
      eventName: "RoundReported",
      args: { roundId },
      fromBlock: 0n,
    });
    return event && zkClient.getTransactionReceipt({ hash: event.transactionHash });
  }

  #readGame(game: Hash) {
    return this.#node.zkClient.readContract({
      address: this.#node.contracts.roundReports,
      abi: roundReportsAbi,
      functionName: "gameOf",
      args: [game],
    });
  }

  #readRound(roundId: Hash) {
    return this.#node.zkClient.readContract({
      address: this.#node.contracts.roundReports,
      abi: roundReportsAbi,
      functionName: "round",
      args: [roundId],
    });
  }

  /** What the chain refuses stays refused; what went wrong on the way is tried again. */
  async #retried<T>(refused: RoomsErrorCode, run: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await run();
      } catch (cause) {
        if (cause instanceof RoomsError) throw cause;
        if (cause instanceof CodedError && cause.code === "OPERATOR_REVERTED") {
          const { details, message } = cause;
          throw new RoomsError(refused, message, { details, cause });
        }
        if (attempt >= ZK_ATTEMPTS) {
          throw new RoomsError("ZK_CHAIN_UNAVAILABLE", "the ZK chain doesn't answer", { cause });
        }
        await this.#wait(ZK_RETRY_MS * 2 ** (attempt - 1));
      }
    }
  }
}

/** An older opening will do if its deadline isn't much earlier than a new one's would be. */
const STALE_MS = 10 * 60_000;

function encodeReport(report: RoundReport) {
  const { roundId, room, fromHeight, toHeight, actions, actionsRoot, results, mints } = report;
  return encodeFunctionData({
    abi: roundReportsAbi,
    functionName: "report",
    args: [
      {
        roundId,
        room: pad(room, { size: 32 }),
        fromHeight: BigInt(fromHeight),
        toHeight: BigInt(toHeight),
        actions: BigInt(actions),
        actionsRoot,
        resultsHash: keccak256(results),
        mints: mints.map(({ to, item }) => ({ to, item: stringToHex(item, { size: 32 }) })),
      },
    ],
  });
}

function mintedIn(receipt: TransactionReceipt): ReportedRound {
  const events = parseEventLogs({
    abi: gameItemsAbi,
    eventName: "ItemMinted",
    logs: receipt.logs,
  });
  const minted = events.map(({ args: { tokenId, to, item } }) => ({
    tokenId,
    to: to.toLowerCase() as Address,
    // With its size given, viem takes off the zeros behind the text.
    item: hexToString(item, { size: 32 }),
  }));
  return { minted, transactionHash: receipt.transactionHash };
}
