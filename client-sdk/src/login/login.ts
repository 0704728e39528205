import {
  type Address,
  type LoginRequest,
  type ServerInfo,
  type SessionGrant,
  timestampMs,
} from "@weft/protocol";
import { ClientError } from "../errors.ts";
import type { ClientGame } from "../game.ts";
import { SESSION_MS } from "../limits.ts";
import type { ServerApi } from "../serverApi.ts";
import type { ServerClock } from "../serverClock.ts";
import { createSessionKey, type SessionSigner } from "../session/sessionKey.ts";
import type { LoginMethod } from "./loginMethod.ts";
import { type WalletLogin, walletLogin } from "./walletLogin.ts";

/** What a session is to be. */
export type GrantOptions = {
  /** The game, or its name. */
  readonly game: ClientGame | string;
  /** Where prizes go, on the ZK chain. Default: the wallet. */
  readonly payout?: Address;
  /** Default 8 h; servers grant 24 h at most. */
  readonly expiresInMs?: number;
};

/** A way to log in, and what for. Each way has a file of its own beside this one. */
export type LoginOptions = GrantOptions & WalletLogin;

export type LoggedIn = {
  readonly sessionId: `0x${string}`;
  readonly grant: SessionGrant;
  readonly signer: SessionSigner;
  readonly info: ServerInfo;
};

/** @throws ClientError, ServerError */
export async function login(
  options: LoginOptions,
  { api, clock, url }: { api: ServerApi; clock: ServerClock; url: URL },
): Promise<LoggedIn> {
  const method = methodOf(options);
  const info = await api.info();
  clock.set(info);
  if (!info.logins.includes(method.type)) {
    throw new ClientError("LOGIN_UNSUPPORTED", `the server takes no login by ${method.type}`, {
      details: { logins: info.logins },
    });
  }
  const signer = await createSessionKey();
  const nowMs = clock.nowMs();
  const grant: SessionGrant = {
    sessionKey: signer.publicKey,
    game: typeof options.game === "string" ? options.game : options.game.name,
    payout: (options.payout?.toLowerCase() as Address | undefined) ?? method.defaultPayout,
    expiresAtMs: timestampMs(nowMs + checkedDuration(options.expiresInMs ?? SESSION_MS)),
  };
  const proof = await method.prove({ grant, info, api, url, nowMs });
  const request: LoginRequest = { grant, login: proof };
  const { sessionId } = await api.login(request);
  return { sessionId, grant, signer, info };
}

function methodOf(options: LoginOptions): LoginMethod {
  if (options.wallet !== undefined) return walletLogin(options);
  throw new ClientError("OPTIONS_INVALID", "nothing to log in with: give a `wallet`");
}

function checkedDuration(expiresInMs: number): number {
  if (Number.isSafeInteger(expiresInMs) && expiresInMs > 0) return expiresInMs;
  throw new ClientError("OPTIONS_INVALID", "expiresInMs must be a whole number above 0");
}
