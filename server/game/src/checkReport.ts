import {
  encodeValue,
  MAX_ITEM_BYTES,
  MAX_RESULTS_BYTES,
  type Mint,
  utf8ToBytes,
} from "@weft/protocol";
import { GameError } from "./errors.ts";
import type { GameMint, GameReport, Player } from "./types.ts";

export type ReportRules = {
  readonly cap: number;
  /** The items that can be won; all when undefined. */
  readonly items: readonly string[] | undefined;
  /** Who is in the room, by lane. */
  readonly players: ReadonlyMap<number, Player>;
};

/**
 * Holds what a game says of its round against the rules, and puts it as the chain wants it.
 * @throws GameError REPORT_OVER_CAP, MINT_TO_STRANGER, ITEM_INVALID or RESULTS_INVALID
 */
export function checkReport(
  report: GameReport,
  rules: ReportRules,
): { results: Uint8Array; mints: Mint[] } {
  const count = report.mints.length;
  if (count > rules.cap) {
    throw new GameError("REPORT_OVER_CAP", `${count} prizes, the round's cap is ${rules.cap}`, {
      details: { count, cap: rules.cap },
    });
  }
  return {
    results: encodeResults(report),
    mints: Array.from(report.mints, (mint) => checkMint(mint, rules)),
  };
}

function encodeResults({ results }: GameReport): Uint8Array {
  let encoded: Uint8Array;
  try {
    encoded = encodeValue(results);
  } catch (cause) {
    throw new GameError("RESULTS_INVALID", "the results have no canonical encoding", { cause });
  }
  if (encoded.length > MAX_RESULTS_BYTES) {
    const message = `results of ${encoded.length} bytes, at most ${MAX_RESULTS_BYTES} allowed`;
    throw new GameError("RESULTS_INVALID", message, { details: { sizeBytes: encoded.length } });
  }
  return encoded;
}

function checkMint({ to, item }: GameMint, { players, items }: ReportRules): Mint {
  // Ours, not the game's: what the game holds may be an old or a forged one.
  const player = players.get(to?.lane);
  if (player === undefined || player.id !== to.id) {
    throw new GameError("MINT_TO_STRANGER", "a prize for somebody who isn't in the room", {
      details: { player: to?.id, item },
    });
  }
  const named = typeof item === "string" && item !== "" && item.isWellFormed();
  if (!named || utf8ToBytes(item).length > MAX_ITEM_BYTES) {
    const message = `an item's name has 1 to ${MAX_ITEM_BYTES} bytes`;
    throw new GameError("ITEM_INVALID", message, { details: { item } });
  }
  if (items !== undefined && !items.includes(item)) {
    throw new GameError("ITEM_INVALID", `the game declares no item ${JSON.stringify(item)}`, {
      details: { item },
    });
  }
  return { to: player.payout, item };
}
