import {
  actionsRoot,
  type CoSignRequest,
  type Hash,
  type LaneHead,
  type LedgerHeight,
} from "@weft/protocol";

/** What this player knows of a round from having been there. */
export type WitnessedRound = {
  readonly roundId: Hash;
  readonly cap: number;
  /** The newest block heard of before the opening was: the round began after it. */
  readonly openedAfter: LedgerHeight;
  /** Undefined until the round is over. */
  readonly end: WitnessedEnd | undefined;
};

export type WitnessedEnd = {
  /** This player's lane at the end, which the report must count up to. */
  readonly head: LaneHead;
  /** The newest block heard of before the end was: the round ended after it. */
  readonly after: LedgerHeight;
  /** What is wrong with `head`; undefined when it is this player's own, and leaves nothing out. */
  readonly problem: string | undefined;
};

export type Witness = {
  /** The room's address. */
  readonly room: Hash;
  readonly sessionId: Hash;
  readonly round: WitnessedRound | undefined;
};

/**
 * Holds a report against what this player knows. What others did is beyond that, and so is what the game
 * makes of it: that is for `approveReport` to judge.
 * @returns what is wrong with it; undefined when nothing is.
 */
export function findReportProblem(
  { report, lanes }: CoSignRequest,
  { room, sessionId, round }: Witness,
): string | undefined {
  if (report.room !== room) return "it is of another room";
  if (round?.roundId !== report.roundId) return "it is of a round that this player wasn't in";
  const { end, cap, openedAfter } = round;
  if (end === undefined) return "the round isn't over";
  if (end.problem !== undefined) return end.problem;
  if (report.fromHeight <= openedAfter) return "the round began later";
  if (report.toHeight <= end.after) return "the round ended later";
  if (report.fromHeight > report.toHeight) return "it ends before it begins";
  if (report.mints.length > cap) return "it has more prizes than the round may mint";
  if (actionsRoot(lanes) !== report.actionsRoot) return "its root isn't that of the lanes";
  const frames = lanes.reduce((sum, { head }) => sum + head.seq, 0);
  if (report.actions > frames) return "it counts more actions than the lanes have";
  const { seq, hash } = end.head;
  const isCounted = lanes.some(
    ({ sessionId: id, head }) => id === sessionId && head.seq === seq && head.hash === hash,
  );
  // A lane without frames isn't among them.
  if (seq > 0 && !isCounted) return "it counts other actions than this player's";
  return undefined;
}
