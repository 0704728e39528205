/**
 * What is to happen in some seeds, though not in each: if one of these never does any more, the simulator doesn't test what it
 * is for.
 */
export const MARKS = [
  "the power goes before a commit is acknowledged",
  "the power goes right after a commit",
  "a commit fails",
  "the fast chain begins with a snapshot",
  "a snapshot isn't used",
  "a room is resumed",
  "a room is resumed from its snapshot",
  "a room is resumed while its round is played",
  "a room is resumed while its round is sealed",
  "a report is sent after a restart",
  "a room is closed",
  "a session comes back to its lane",
  "a player's place ends for lack of a connection",
  "a frame has no effect after its round",
  "the ZK chain is taken back",
  "the ZK chain is brought up to the ledger",
  "deposits are credited after a restart",
  "releases arrive after a restart",
  "a round is reported",
  "a round is void",
] as const;

export type Mark = (typeof MARKS)[number];

/** Says that something has happened. */
export type OnMark = (mark: Mark) => void;
