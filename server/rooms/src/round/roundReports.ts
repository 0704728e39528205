import {
  type CoSignatureArgs,
  gameItemsAbi,
  MAX_CO_SIGNATURES,
  quorumOf,
  type ReportArgs,
  roundReportsAbi,
  toReportArgs,
} from "@weft/contracts";
import type { WeftNode } from "@weft/node";
import {
  type Address,
  CodedError,
  type Hash,
  type Hex,
  type RoundReport,
  type TimestampMs,
} from "@weft/protocol";
import {
  encodeFunctionData,
  encodePacked,
  hexToString,
  keccak256,
  parseEventLogs,
  type TransactionReceipt,
} from "viem";
import { RoomsError, type RoomsErrorCode } from "../errors.ts";
import { REPORT_SEARCH_BLOCKS, ZK_ATTEMPTS, ZK_RETRY_MS } from "../limits.ts";
import type { MintedItem } from "../types.ts";
import type { GameCaps } from "./gameCaps.ts";
import { gameIdOf } from "./gameId.ts";

export type RoundOpening = {
  readonly roundId: Hash;
  readonly game: string;
  readonly cap: number;
  readonly deadlineMs: TimestampMs;
  /** Ids of those who can co-sign, as the contract takes them. */
  readonly players: readonly Hash[];
};

/** A report and who stands up for it. The co-signatures must be right: they are not looked at again. */
export type CoSignedReport = {
  readonly report: RoundReport;
  readonly players: readonly Hash[];
  readonly coSignatures: readonly CoSignatureArgs[];
  /** It was sent before, perhaps: the contract is asked first. */
  readonly again?: boolean;
};

export type ReportedRound = {
  readonly minted: readonly MintedItem[];
  readonly transactionHash: Hash;
  /** How many of the players have co-signed, as the chain has it. */
  readonly coSigned: number;
  /** Prizes that weren't minted: without a quorum, or over the game's day. */
  readonly withheld: number;
};

/** As `IRoundReports.RoundStatus`. */
const RoundStatus = { unknown: 0, open: 1, reported: 2 } as const;

type ZkNode = Pick<WeftNode, "operator" | "owner" | "zkClient" | "contracts" | "logger">;

/** The operator's side of the contract RoundReports. */
export class RoundReports {
  readonly #node: ZkNode;
  readonly #wait: (ms: number) => Promise<void>;

  constructor(node: ZkNode, wait: (ms: number) => Promise<void>) {
    this.#node = node;
    this.#wait = wait;
  }

  /**
   * Registers a game unless it is, with this operator and these caps, as the contracts' owner. A node without the
   * owner's key takes what the owner has registered, if it allows the game's rounds at all.
   * @throws RoomsError GAME_NOT_REGISTERED, with the call in `details` that the owner has to make: `to`, `data`
   */
  async registerGame(name: string, caps: GameCaps): Promise<void> {
    const game = gameIdOf(name);
    const { operator, contracts, logger } = this.#node;
    const known = await this.#readGame(game);
    const isUsable =
      known.operator.toLowerCase() === operator.address && known.maxCap >= caps.maxCap;
    const { capWithoutQuorum, mintsPerDay } = caps;
    const isSame = known.capWithoutQuorum === capWithoutQuorum && known.mintsPerDay === mintsPerDay;
    if (isUsable && isSame) return;
    const registration = { operator: operator.address, ...caps };
    const args = [game, registration] as const;
    const data = encodeFunctionData({ abi: roundReportsAbi, functionName: "registerGame", args });
    const call = { to: contracts.roundReports, data };
    if (await this.#sendAsOwner(call)) return;
    if (!isUsable) {
      const what = `the contracts' owner must register ${name}: details.data, sent to details.to`;
      throw new RoomsError("GAME_NOT_REGISTERED", what, {
        details: { game, registration, ...call },
      });
    }
    logger.info("the contracts' owner allows a game other caps", { name, caps, known });
  }

  /** @returns whether the node has the owner's key, and it is the owner's still. */
  async #sendAsOwner(call: { to: Address; data: Hex }): Promise<boolean> {
    const { owner } = this.#node;
    if (owner === undefined) return false;
    try {
      await owner.send(call);
      return true;
    } catch (cause) {
      if (errorNameOf(cause) === "OwnableUnauthorizedAccount") return false;
      throw cause;
    }
  }

  /**
   * Opens a round, before it is played. A round that is open already, since an earlier try did arrive after
   * all, is taken if it will do.
   * @returns the round's deadline.
   * @throws RoomsError ROUND_REFUSED, ROUND_STALE, ZK_CHAIN_UNAVAILABLE
   */
  async open({ roundId, game, cap, deadlineMs, players }: RoundOpening): Promise<TimestampMs> {
    const deadline = Math.ceil(deadlineMs / 1000);
    const data = encodeFunctionData({
      abi: roundReportsAbi,
      functionName: "openRound",
      args: [roundId, gameIdOf(game), cap, BigInt(deadline), players],
    });
    const playersHash = keccak256(encodePacked(["bytes32[]"], [players]));
    return this.#retried("ROUND_REFUSED", async () => {
      const known = await this.#readRound(roundId);
      if (known.status === RoundStatus.unknown) {
        await this.#send(data);
        return (deadline * 1000) as TimestampMs;
      }
      const usable =
        known.status === RoundStatus.open && known.cap === cap && known.playersHash === playersHash;
      if (usable && Number(known.deadline) * 1000 >= deadlineMs - STALE_MS) {
        return (Number(known.deadline) * 1000) as TimestampMs;
      }
      throw new RoomsError("ROUND_STALE", "the round was opened before, otherwise", {
        details: { roundId, ...known },
      });
    });
  }

  /**
   * Reports a round and mints its prizes, then attests what one transaction has no place for, up to the
   * quorum. A report that did arrive although its receipt was lost counts.
   * @throws RoomsError REPORT_REFUSED with the contract's error in `details.errorName`,
   * ZK_CHAIN_UNAVAILABLE. What fails after the report has arrived is logged, and costs prizes at most.
   */
  async report({
    report,
    players,
    coSignatures,
    again = false,
  }: CoSignedReport): Promise<ReportedRound> {
    const args = toReportArgs(report);
    const chunks = inChunks(coSignatures);
    const earlier = again ? await this.#earlierReport(report.roundId) : undefined;
    const first = earlier === undefined ? (chunks.shift() ?? []) : [];
    const reported = earlier ?? (await this.#report(args, players, first));
    let counted = first.length;
    try {
      for (const chunk of chunks) {
        if (counted >= quorumOf(players.length)) break;
        await this.#attest(args, players, chunk);
        counted += chunk.length;
      }
    } catch (error) {
      this.#node.logger.warn("a report could not be attested", { roundId: report.roundId, error });
    }
    return this.#readResult(reported, report);
  }

  /**
   * Whether the contract has a report and nothing more can come of it: all its prizes are minted, or there is a quorum.
   * @param players How many the round was opened with.
   * @throws RoomsError ZK_CHAIN_UNAVAILABLE
   */
  async isSettled({ roundId, mints }: RoundReport, players: number): Promise<boolean> {
    const known = await this.#retried("REPORT_REFUSED", () => this.#readRound(roundId));
    if (known.status !== RoundStatus.reported) return false;
    return known.minted >= mints.length || known.coSigned >= quorumOf(players);
  }

  #earlierReport(roundId: Hash): Promise<TransactionReceipt | undefined> {
    return this.#retried("REPORT_REFUSED", () => this.#findReport(roundId));
  }

  async #report(
    args: ReportArgs,
    players: readonly Hash[],
    coSignatures: readonly CoSignatureArgs[],
  ): Promise<TransactionReceipt> {
    const data = encodeFunctionData({
      abi: roundReportsAbi,
      functionName: "report",
      args: [args, players, coSignatures],
    });
    let tries = 0;
    return this.#retried("REPORT_REFUSED", async () => {
      const earlier = tries++ === 0 ? undefined : await this.#findReport(args.roundId);
      return earlier ?? this.#send(data);
    });
  }

  async #attest(
    args: ReportArgs,
    players: readonly Hash[],
    coSignatures: readonly CoSignatureArgs[],
  ): Promise<void> {
    const data = encodeFunctionData({
      abi: roundReportsAbi,
      functionName: "attest",
      args: [args, players, coSignatures],
    });
    const bits = coSignatures.reduce((sum, { player }) => sum | (1n << BigInt(player)), 0n);
    await this.#retried("REPORT_REFUSED", async () => {
      // Anybody can attest: others may have sent the same, or an earlier try did arrive.
      const { coSigners } = await this.#readRound(args.roundId);
      if ((coSigners & bits) !== bits) await this.#send(data);
    });
  }

  async #readResult(reported: TransactionReceipt, report: RoundReport): Promise<ReportedRound> {
    const { roundId, mints } = report;
    return this.#retried("REPORT_REFUSED", async () => {
      const round = await this.#readRound(roundId);
      const atOnce = mintedIn(reported);
      const minted = atOnce.length < round.minted ? await this.#findMinted(roundId) : atOnce;
      return {
        minted,
        transactionHash: reported.transactionHash,
        coSigned: round.coSigned,
        withheld: mints.length - minted.length,
      };
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
      fromBlock: await this.#searchFrom(),
    });
    return event && zkClient.getTransactionReceipt({ hash: event.transactionHash });
  }

  async #findMinted(roundId: Hash): Promise<MintedItem[]> {
    const { zkClient, contracts } = this.#node;
    const events = await zkClient.getContractEvents({
      address: contracts.gameItems,
      abi: gameItemsAbi,
      eventName: "ItemMinted",
      args: { roundId },
      fromBlock: await this.#searchFrom(),
      strict: true,
    });
    return events.map(({ args }) => toMintedItem(args));
  }

  async #searchFrom(): Promise<bigint> {
    const newest = await this.#node.zkClient.getBlockNumber({ cacheTime: 0 });
    return newest > REPORT_SEARCH_BLOCKS ? newest - REPORT_SEARCH_BLOCKS : 0n;
  }

  #send(data: Hex): Promise<TransactionReceipt> {
    const { operator, contracts } = this.#node;
    return operator.send({ to: contracts.roundReports, data });
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

/** As many in one as a transaction takes. */
function inChunks(coSignatures: readonly CoSignatureArgs[]): CoSignatureArgs[][] {
  const count = Math.ceil(coSignatures.length / MAX_CO_SIGNATURES);
  return Array.from({ length: count }, (_, index) =>
    coSignatures.slice(index * MAX_CO_SIGNATURES, (index + 1) * MAX_CO_SIGNATURES),
  );
}

/** The name of the error with which a contract refused the operator. */
function errorNameOf(error: unknown): unknown {
  return error instanceof CodedError ? error.details.errorName : undefined;
}

function mintedIn({ logs }: TransactionReceipt): MintedItem[] {
  const events = parseEventLogs({ abi: gameItemsAbi, eventName: "ItemMinted", logs });
  return events.map(({ args }) => toMintedItem(args));
}

function toMintedItem({ tokenId, to, item }: { tokenId: bigint; to: Hex; item: Hex }): MintedItem {
  return {
    tokenId,
    to: to.toLowerCase() as Address,
    // With its size given, viem takes off the zeros behind the text.
    item: hexToString(item, { size: 32 }),
  };
}
