import type { ServerInfo } from "@weft/protocol";
import { ClientError } from "../errors.ts";
import { createSession, type SessionContext } from "./createSession.ts";
import type { KeptSession, Session } from "./session.ts";
import { signerOf } from "./sessionKey.ts";

/** Makes a session of what `Session.keep` gave. Errors as `WeftClient.restoreSession`. */
export async function restoreSession(
  kept: KeptSession,
  info: () => Promise<ServerInfo>,
  context: SessionContext,
): Promise<Session> {
  const { id, grant, privateKey } = checked(kept);
  const answer = await info();
  if (context.clock.nowMs() >= grant.expiresAtMs) {
    throw new ClientError("SESSION_EXPIRED", "the session is over: log in again");
  }
  const signer = signerOf(grant.sessionKey, privateKey);
  return createSession({ sessionId: id, grant, signer, info: answer }, context);
}

/** It comes out of a browser's storage: another version may have put it there. */
function checked(kept: KeptSession): KeptSession {
  const { id, grant, privateKey } = kept ?? {};
  const isKey = privateKey instanceof CryptoKey && privateKey.usages.includes("sign");
  if (isKey && typeof id === "string" && typeof grant?.expiresAtMs === "number") return kept;
  throw new ClientError("OPTIONS_INVALID", "not what a session's `keep` gave");
}
