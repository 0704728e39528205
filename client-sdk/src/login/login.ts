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
import type { ServerClock } from "../serverClock.ts";
import { createSessionKey, type SessionSigner } from "../session/sessionKey.ts";
import type { LoginContext, LoginMethod } from "./loginMethod.ts";
import { type OwnershipLogin, ownershipLogin } from "./ownershipLogin.ts";
import { type WalletLogin, walletLogin } from "./walletLogin.ts";

/** What a session is to be. */
export type GrantOptions = {
  /** The game, or its name. */
  readonly game: ClientGame | string;
  /** Where prizes go, on the ZK chain. Default: the wallet, or the identity's `payoutAccount`. */
  readonly payout?: Address;
  /** Default 8 h; servers grant 24 h at most. */
  readonly expiresInMs?: number;
};

/** A way to log in, and what for. Each way has a file of its own beside this one. */
export type LoginOptions = GrantOptions &
  (
    | (WalletLogin & { readonly identity?: undefined })
    | (OwnershipLogin & { readonly wallet?: undefined })
  );

export type LoginEnvironment = Pick<LoginContext, "api" | "url" | "zk" | "fetch" | "prover"> & {
  readonly clock: ServerClock;
};

export type LoggedIn = {
  readonly sessionId: `0x${string}`;
  readonly grant: SessionGrant;
  readonly signer: SessionSigner;
  readonly info: ServerInfo;
};

/** @throws ClientError, ServerError */
export async function login(
  options: LoginOptions,
  { clock, ...environment }: LoginEnvironment,
): Promise<LoggedIn> {
  const { api } = environment;
  const method = methodOf(options);
  const info = await api.info();
  clock.set(info);
  const game = typeof options.game === "string" ? options.game : options.game.name;
  checkTaken(method, info, game);
  const signer = await createSessionKey();
  const nowMs = clock.nowMs();
  const grant: SessionGrant = {
    sessionKey: signer.publicKey,
    game,
    payout: (options.payout?.toLowerCase() as Address | undefined) ?? method.defaultPayout,
    expiresAtMs: timestampMs(nowMs + checkedDuration(options.expiresInMs ?? SESSION_MS)),
  };
  const proof = await method.prove({ grant, info, nowMs, clock, signer, ...environment });
  const request: LoginRequest = { grant, login: proof };
  const { sessionId } = await api.login(request);
  return { sessionId, grant, signer, info };
}

function methodOf(options: LoginOptions): LoginMethod {
  if (options.identity !== undefined) return ownershipLogin(options);
  if (options.wallet !== undefined) return walletLogin(options);
  const message = "nothing to log in with: give an `identity`, or a `wallet`";
  throw new ClientError("OPTIONS_INVALID", message);
}

/** Better said before anything is proven. A game that the server hasn't is for the server to say. */
function checkTaken({ type }: LoginMethod, info: ServerInfo, game: string): void {
  const { logins } = info.gameLogins[game] ?? info;
  if (logins.includes(type)) return;
  throw new ClientError("LOGIN_UNSUPPORTED", `${game} takes no login by ${type}`, {
    details: { game, logins },
  });
}

function checkedDuration(expiresInMs: number): number {
  if (Number.isSafeInteger(expiresInMs) && expiresInMs > 0) return expiresInMs;
  throw new ClientError("OPTIONS_INVALID", "expiresInMs must be a whole number above 0");
}
