import type { ChainId } from "@weft/protocol";
import { type TestSessionKey, testSessionKey } from "@weft/protocol/testing/node";
import type { Hex } from "viem";
import {
  type CoSignatureArgs,
  coSignMessage,
  playerIdOf,
  type ReportArgs,
  toCoSignatureArgs,
} from "../../roundReport.ts";

/** Somebody with a session key. */
export interface RoundPlayer extends TestSessionKey {
  readonly id: Hex;
}

function createPlayer(): RoundPlayer {
  const key = testSessionKey();
  return { ...key, id: playerIdOf(key.sessionKey) };
}

/** Players in the order in which a round takes them. */
export function createPlayers(count: number): RoundPlayer[] {
  return Array.from({ length: count }, createPlayer).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What the players of these indices say of a report. */
export function coSign(
  players: readonly RoundPlayer[],
  indices: readonly number[],
  report: ReportArgs,
  chainId: ChainId,
): CoSignatureArgs[] {
  const message = coSignMessage(chainId, report);
  return indices.map((index) => {
    const player = players[index];
    if (player === undefined) throw new Error(`there is no player ${index}`);
    return toCoSignatureArgs(index, player.sessionKey, player.sign(message));
  });
}
