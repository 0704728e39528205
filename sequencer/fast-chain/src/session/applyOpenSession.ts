import {
  encodeValue,
  type Hash,
  keccak256,
  type LoginProof,
  type OpenSession,
  sessionIdOf,
} from "@weft/protocol";
import { refuse } from "../errors.ts";
import { NO_TIME } from "../state.ts";
import type { Transition } from "../transition.ts";
import type { Session } from "../types.ts";
import { isOwnershipOpen } from "./ownershipProof.ts";

/** What a login proves to be one and the same: a pass, within a game. */
function subjectOf(login: LoginProof, game: string): Hash {
  // The game is in the nullifier's scope.
  if (login.type === "ownership") return login.nullifier;
  return keccak256(encodeValue(["weft subject", login.type, login.pass, game]));
}

/**
 * Opens a session. A pass has one session per game: a new login replaces the old one.
 * @returns the session that was replaced, if there was one.
 */
export function applyOpenSession(
  { state, checks, ledger }: Transition,
  open: OpenSession,
): Session | undefined {
  const { grant, login, zkNumber } = open;
  const id = sessionIdOf(state.genesis.chainId, grant);
  if (state.session(id) !== undefined) refuse("SESSION_EXISTS", `session ${id} is open`, { id });
  checks.login(state.genesis, open);
  if (isOwnershipOpen(open)) {
    // Ages count up to the block before: its time is known when a login arrives, that of its own block isn't.
    const root = { stateRoot: open.login.stateRoot, zkNumber };
    checks.loginRoot(ledger.zkHeader, root, ledger.chainParent());
    checks.proof(state.genesis, open);
  }
  const subject = subjectOf(login, grant.game);
  const replaced = state.sessionOfSubject(subject);
  if (replaced !== undefined) state.deleteSession(replaced);
  state.setSession({ id, grant, subject, login: login.type, zkNumber, newestTicketMs: NO_TIME });
  return replaced;
}
