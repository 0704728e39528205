import type { JoinTicket } from "@weft/protocol";
import type { Checks } from "../checks.ts";
import { refuse } from "../errors.ts";
import type { FastState } from "../state.ts";
import type { Session } from "../types.ts";

/**
 * Whether a ticket lets its bearer into a room of `ticket.game`: the session is open and for that
 * game, the ticket is signed, newer than the session's last, and issued before the session expires.
 */
export function checkTicket(
  state: FastState,
  ticket: JoinTicket,
  signature: Uint8Array,
  checks: Checks,
): Session {
  const session = state.session(ticket.sessionId);
  if (session === undefined) return refuse("SESSION_UNKNOWN", `no session ${ticket.sessionId}`);
  if (session.grant.game !== ticket.game) {
    refuse("SESSION_WRONG_GAME", `the session is for ${session.grant.game}, not ${ticket.game}`);
  }
  if (ticket.issuedAtMs >= session.grant.expiresAtMs) {
    refuse("SESSION_EXPIRED", "the session is over", { expiresAtMs: session.grant.expiresAtMs });
  }
  if (ticket.issuedAtMs <= session.newestTicketMs) {
    refuse("TICKET_REUSED", "a ticket of this age or younger was used before");
  }
  checks.ticket(state.genesis.chainId, session.grant.sessionKey, ticket, signature);
  return session;
}
