import {
  type FastChainHost,
  type Inclusion,
  isSessionKey,
  MAX_SESSION_MS,
  verifyP256,
} from "@weft/fast-chain";
import {
  type ChainId,
  type Hash,
  hexToBytes,
  joinTicketMessage,
  LOGOUT_GAME,
  type LoginChallenge,
  type LoginResponse,
  type LogoutRequest,
  sessionIdOf,
} from "@weft/protocol";
import { RoomsError } from "../errors.ts";
import { MAX_PENDING_LOGINS } from "../limits.ts";
import type { AnyGame } from "../types.ts";
import type { LoginBody } from "./loginBodies.ts";
import type { LoginVerifier, VerifiedLogin } from "./loginVerifier.ts";
import type { Nonces } from "./nonces.ts";

export type LoginServiceOptions = {
  readonly fastChain: FastChainHost;
  readonly fastChainId: ChainId;
  /** By name: what each takes. */
  readonly games: ReadonlyMap<string, Pick<AnyGame, "login">>;
  readonly nonces: Nonces;
  readonly verifiers: readonly LoginVerifier[];
  readonly nowMs: () => number;
};

/** Opens and closes sessions. */
export class LoginService {
  readonly #options: LoginServiceOptions;
  #pending = 0;

  constructor(options: LoginServiceOptions) {
    this.#options = options;
  }

  get types(): readonly string[] {
    return this.#options.verifiers.map(({ type }) => type);
  }

  challenge(): LoginChallenge {
    return this.#options.nonces.issue(this.#options.nowMs());
  }

  /**
   * Resolves when the session is on disk.
   * @throws RoomsError, FastChainError; then there is no session.
   */
  async login(body: LoginBody): Promise<LoginResponse> {
    if (this.#pending >= MAX_PENDING_LOGINS) {
      throw new RoomsError("LOGIN_BUSY", "too many logins at this time, try again");
    }
    this.#pending++;
    try {
      return await this.#login(body);
    } finally {
      this.#pending--;
    }
  }

  async #login({ grant, login }: LoginBody): Promise<LoginResponse> {
    const { fastChainId } = this.#options;
    this.#checkGrant(grant);
    if (!this.#options.games.get(grant.game)?.login.includes(login.type)) {
      throw new RoomsError("LOGIN_TYPE_REFUSED", `${grant.game} takes no login by ${login.type}`);
    }
    const verifier = this.#options.verifiers.find(({ type }) => type === login.type);
    if (verifier === undefined) {
      throw new RoomsError("LOGIN_TYPE_UNKNOWN", `no login by ${login.type} here`);
    }
    const inclusion = await this.#open(await verifier.verify(login, grant));
    await inclusion.durable;
    return { sessionId: sessionIdOf(fastChainId, grant), height: inclusion.height };
  }

  /** Nothing waits between taking the nonce and the chain's verdict: one nonce opens one session at most. */
  async #open({ open, nonce }: VerifiedLogin): Promise<Inclusion> {
    const { fastChain, nonces, nowMs } = this.#options;
    if (nonce === undefined) return fastChain.submit(open);
    nonces.take(nonce, nowMs());
    try {
      return await fastChain.submit(open);
    } catch (error) {
      nonces.release(nonce);
      throw error;
    }
  }

  #checkGrant({ game, expiresAtMs, sessionKey }: LoginBody["grant"]): void {
    const { games, nowMs } = this.#options;
    if (!games.has(game)) throw new RoomsError("GAME_UNKNOWN", `no game ${game} here`);
    const lifetimeMs = expiresAtMs - nowMs();
    if (lifetimeMs <= 0) throw new RoomsError("GRANT_EXPIRED", "the session would be over already");
    if (lifetimeMs > MAX_SESSION_MS) {
      throw new RoomsError("GRANT_TOO_LONG", `a session lasts ${MAX_SESSION_MS} ms at most`, {
        details: { lifetimeMs, MAX_SESSION_MS },
      });
    }
    if (!isSessionKey(sessionKey)) {
      throw new RoomsError("SESSION_KEY_INVALID", "the session key isn't a point on P-256");
    }
  }

  /** @throws RoomsError SESSION_UNKNOWN, LOGOUT_SIGNATURE_INVALID */
  async logout({ sessionId, issuedAtMs, signature }: LogoutRequest): Promise<void> {
    const { fastChain, fastChainId } = this.#options;
    const session = fastChain.session(sessionId);
    if (session === undefined) throw new RoomsError("SESSION_UNKNOWN", `no session ${sessionId}`);
    const message = joinTicketMessage(fastChainId, { sessionId, game: LOGOUT_GAME, issuedAtMs });
    if (!verifyP256(session.grant.sessionKey, message, hexToBytes(signature))) {
      throw new RoomsError("LOGOUT_SIGNATURE_INVALID", "not signed by the session key");
    }
    await this.#close(sessionId);
  }

  async #close(sessionId: Hash): Promise<void> {
    const { fastChain } = this.#options;
    const inclusion = await fastChain.submit({ type: "closeSession", sessionId, reason: "logout" });
    await inclusion.durable;
  }
}
