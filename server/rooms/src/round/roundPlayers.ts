import { playerIdOf } from "@weft/contracts";
import type { Lane } from "@weft/fast-chain";
import { type Hash, MAX_ROUND_PLAYERS, type SessionKey } from "@weft/protocol";

/** Who can co-sign a round's report: those who were in the room when it was opened. */
export type RoundPlayers = {
  /** Their lanes, ascending: as the ledger has them. */
  readonly lanes: readonly number[];
  /** As the contract takes them. */
  readonly ids: readonly Hash[];
  /** A player's index among them; undefined for somebody who came later. */
  indexOf(sessionKey: SessionKey): number | undefined;
};

/**
 * @param lanes All that the room has had.
 * @param present Numbers of those that are in the room. A key that two sessions share counts once; of more than
 *   `MAX_ROUND_PLAYERS`, the first ones count.
 */
export function createRoundPlayers(
  lanes: readonly Pick<Lane, "sessionKey">[],
  present: readonly number[],
): RoundPlayers {
  const laneOf = new Map<SessionKey, number>();
  for (const lane of [...present].sort((a, b) => a - b)) {
    const sessionKey = lanes[lane]?.sessionKey;
    if (sessionKey === undefined || laneOf.has(sessionKey)) continue;
    if (laneOf.size < MAX_ROUND_PLAYERS) laneOf.set(sessionKey, lane);
  }
  const players = Array.from(laneOf.keys(), (sessionKey) => ({
    sessionKey,
    id: playerIdOf(sessionKey),
  })).sort((a, b) => (a.id < b.id ? -1 : 1));
  const indices = new Map(players.map(({ sessionKey }, index) => [sessionKey, index]));
  return {
    lanes: [...laneOf.values()],
    ids: players.map(({ id }) => id),
    indexOf: (sessionKey) => indices.get(sessionKey),
  };
}
