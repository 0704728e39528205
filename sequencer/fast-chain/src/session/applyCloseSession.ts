import type { CloseSession } from "@weft/protocol";
import { refuse } from "../errors.ts";
import type { FastState } from "../state.ts";
import type { Session } from "../types.ts";

/** Ends a session. Lanes it has in rooms go on until their rooms end them. */
export function applyCloseSession(state: FastState, { sessionId }: CloseSession): Session {
  const session = state.session(sessionId);
  if (session === undefined) return refuse("SESSION_UNKNOWN", `no session ${sessionId}`);
  state.deleteSession(session);
  return session;
}
