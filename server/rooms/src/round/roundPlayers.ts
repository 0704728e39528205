import { MAX_PLAYERS_PER_ROUND, playerIdOf } from "@weft/contracts";
import type { Hash, SessionKey } from "@weft/protocol";

/** Who can co-sign a round's report: those who were in the room when it was opened. */
export type RoundPlayers = {
  /** As the contract takes them. */
  readonly ids: readonly Hash[];
  /** A player's index among them; undefined for somebody who came later. */
  indexOf(sessionKey: SessionKey): number | undefined;
};

/**
 * @param sessionKeys Of everybody in the room. A key that two sessions share counts once; of more than
 *   `MAX_PLAYERS_PER_ROUND`, the first ones count.
 */
export function createRoundPlayers(sessionKeys: readonly SessionKey[]): RoundPlayers {
  const players = [...new Set(sessionKeys)]
    .slice(0, MAX_PLAYERS_PER_ROUND)
    .map((sessionKey) => ({ sessionKey, id: playerIdOf(sessionKey) }))
    .sort((a, b) => (a.id < b.id ? -1 : 1));
  const indices = new Map(players.map(({ sessionKey }, index) => [sessionKey, index]));
  return { ids: players.map(({ id }) => id), indexOf: (sessionKey) => indices.get(sessionKey) };
}
