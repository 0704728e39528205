import { type JoinEvent, MAX_LANES, type RejoinEvent, startLane } from "@weft/protocol";
import { refuse } from "../errors.ts";
import { checkTicket } from "../session/checkTicket.ts";
import type { Transition } from "../transition.ts";
import type { Lane, RoomRecord } from "../types.ts";
import { activeLane } from "./lane.ts";

/** A session enters: a new lane begins. */
export function applyJoin(
  { state, checks }: Transition,
  record: RoomRecord,
  join: JoinEvent,
): RoomRecord {
  const { lane: number, sessionId, issuedAtMs, signature } = join;
  if (record.lanes.length >= MAX_LANES) refuse("ROOM_FULL", `the room had ${MAX_LANES} lanes`);
  if (number !== record.lanes.length) {
    refuse("LANE_OUT_OF_ORDER", `lane ${number}, expected ${record.lanes.length}`);
  }
  if (record.lanes.some((lane) => lane.sessionId === sessionId && lane.left === undefined)) {
    refuse("SESSION_IN_ROOM", "the session is in this room already", { sessionId });
  }
  const ticket = { sessionId, game: record.game, issuedAtMs };
  const session = checkTicket(state, ticket, signature, checks);
  state.setSession({ ...session, newestTicketMs: issuedAtMs });
  const { chainId } = state.genesis;
  const start = startLane({ chainId, room: record.room, lane: number, sessionId });
  const { sessionKey, payout } = session.grant;
  const sealed = { ...start, signature: undefined };
  const lane: Lane = { sessionId, sessionKey, payout, head: start, sealed, left: undefined };
  return { ...record, lanes: [...record.lanes, lane] };
}

/** A session comes back to its lane. The lane stays as it is; the ticket is used up. */
export function applyRejoin(
  { state, checks }: Transition,
  record: RoomRecord,
  { lane, issuedAtMs, signature }: RejoinEvent,
): RoomRecord {
  const { sessionId } = activeLane(record, lane);
  const session = checkTicket(
    state,
    { sessionId, game: record.game, issuedAtMs },
    signature,
    checks,
  );
  state.setSession({ ...session, newestTicketMs: issuedAtMs });
  return record;
}
