import {
  checkLoginRoot,
  checkNullifier,
  type FastChainHost,
  type LoginProofs,
  verifyP256,
  zkHeadersOf,
} from "@weft/fast-chain";
import type { Ledger } from "@weft/ledger";
import {
  fieldToHash,
  hexToBytes,
  joinTicketMessage,
  OWNERSHIP_LOGIN_GAME,
  type OwnershipLoginRequest,
  ownershipBinding,
  ownershipScope,
  type SessionGrant,
  sessionIdOf,
  timestampMs,
} from "@weft/protocol";
import { RoomsError, type RoomsErrorCode } from "../errors.ts";
import { MAX_TICKET_AGE_MS, MAX_TICKET_AHEAD_MS } from "../limits.ts";
import type { LoginVerifier, OpenTransaction, VerifiedLogin } from "./loginVerifier.ts";

export type OwnershipLoginOptions = {
  readonly fastChain: Pick<FastChainHost, "genesis" | "session">;
  readonly ledger: Ledger;
  readonly loginProofs: Pick<LoginProofs, "verify">;
  /** The game's current season. */
  readonly seasonOf: (game: string) => number;
  readonly nowMs: () => number;
};

/**
 * Login by zero-knowledge proof. What costs little comes first, and says by its code what the proof was made for
 * instead; then the proof, in a thread of its own. All of it but the season and the signature are rules of the fast chain
 * too, which checks them again when the session opens.
 */
export function createOwnershipLogin(
  options: OwnershipLoginOptions,
): LoginVerifier<OwnershipLoginRequest> {
  return {
    type: "ownership",
    async verify(login, grant): Promise<VerifiedLogin> {
      const { fastChain, loginProofs } = options;
      checkStatement(options, login, grant);
      checkSigned(options, login, grant);
      checkNullifier(login.nullifier);
      checkRoot(options, login);
      const open = openOf(login, grant);
      await loginProofs.verify(fastChain.genesis, open);
      return { open };
    },
  };
}

function openOf(login: OwnershipLoginRequest, grant: SessionGrant) {
  const { stateRoot, season, nullifier, proof, zkNumber } = login;
  const encoded = { stateRoot, season, nullifier, proof: hexToBytes(proof) };
  return {
    type: "openSession",
    grant,
    login: { type: "ownership", ...encoded },
    zkNumber,
  } as const satisfies OpenTransaction;
}

/** Whether the proof is said to be for what it has to be for. Where that is a lie, the proof doesn't hold. */
function checkStatement(
  { fastChain, seasonOf }: OwnershipLoginOptions,
  login: OwnershipLoginRequest,
  grant: SessionGrant,
): void {
  const { chainId: fastChainId, zkChainId, gamePass } = fastChain.genesis;
  const { game } = grant;
  const season = seasonOf(game);
  same("LOGIN_CONTRACT_WRONG", "contract", login.contract, gamePass);
  same("LOGIN_SEASON_WRONG", "season", login.season, season);
  const scope = fieldToHash(ownershipScope({ zkChainId, fastChainId, game, season }));
  same("LOGIN_SCOPE_WRONG", "scope", login.scope, scope);
  const binding = fieldToHash(ownershipBinding(fastChainId, grant));
  same("LOGIN_BINDING_WRONG", "binding", login.binding, binding);
}

function same<T>(code: RoomsErrorCode, field: string, got: T, expected: T): void {
  if (got === expected) return;
  throw new RoomsError(code, `the proof is for another ${field}`, {
    details: { field, got, expected },
  });
}

/**
 * The session key signs, at the moment of the login. Proofs are in the ledger for all to read: without this,
 * whoever sent an old one again would put its session in the place of the player's newest.
 */
function checkSigned(
  { fastChain, nowMs }: OwnershipLoginOptions,
  { issuedAtMs, signature }: OwnershipLoginRequest,
  grant: SessionGrant,
): void {
  const ageMs = nowMs() - issuedAtMs;
  if (ageMs > MAX_TICKET_AGE_MS || ageMs < -MAX_TICKET_AHEAD_MS) {
    throw new RoomsError("LOGIN_EXPIRED", "the login was signed too long ago, or isn't yet", {
      details: { ageMs, MAX_TICKET_AGE_MS, MAX_TICKET_AHEAD_MS },
    });
  }
  const { chainId } = fastChain.genesis;
  const sessionId = sessionIdOf(chainId, grant);
  const ticket = { sessionId, game: OWNERSHIP_LOGIN_GAME, issuedAtMs };
  const message = joinTicketMessage(chainId, ticket);
  if (!verifyP256(grant.sessionKey, message, hexToBytes(signature))) {
    throw new RoomsError("LOGIN_SIGNATURE_INVALID", "not signed by the session key");
  }
  if (fastChain.session(sessionId) !== undefined) {
    throw new RoomsError("SESSION_EXISTS", `session ${sessionId} is open`);
  }
}

/** As of now, which is stricter than the chain, whose ages count up to its newest block. */
function checkRoot(
  { fastChain, ledger, nowMs }: OwnershipLoginOptions,
  login: OwnershipLoginRequest,
): void {
  const height = ledger.head?.header.height ?? (0 as never);
  const moment = { height, timestampMs: timestampMs(nowMs()) };
  checkLoginRoot(zkHeadersOf(ledger, fastChain.genesis.zkChainId), login, moment);
}
