import { CodedError } from "@weft/protocol";

export type RoomsErrorCode =
  // the server
  /** Colyseus's matchmaker is one per process, so is a game server. */
  | "SERVER_EXISTS"
  | "SERVER_STOPPED"
  /** The games or options given to `createGameServer` can't be served. */
  | "OPTIONS_INVALID"
  | "TRANSPORT_UNAVAILABLE"
  /** The port is taken, or the address isn't this machine's. */
  | "LISTEN_FAILED"
  /** A watched file of a game can't be loaded, or exports none of the games; details say where: `at`, `problem`. */
  | "GAME_NOT_LOADED"
  // HTTP
  | "REQUEST_INVALID"
  | "REQUEST_TOO_LARGE"
  | "RATE_LIMITED"
  | "FAUCET_DISABLED"
  | "INTERNAL"
  // login
  | "GAME_UNKNOWN"
  | "GRANT_EXPIRED"
  | "GRANT_TOO_LONG"
  | "SESSION_KEY_INVALID"
  | "LOGIN_TYPE_UNKNOWN"
  /** The game takes no logins of this kind. */
  | "LOGIN_TYPE_REFUSED"
  // an ownership proof that is for another contract, season, scope (game, chains), session
  | "LOGIN_CONTRACT_WRONG"
  | "LOGIN_SEASON_WRONG"
  | "LOGIN_SCOPE_WRONG"
  | "LOGIN_BINDING_WRONG"
  /** Signed too long ago, or by a clock that is ahead. */
  | "LOGIN_EXPIRED"
  /** The session key didn't sign the login. */
  | "LOGIN_SIGNATURE_INVALID"
  | "SESSION_EXISTS"
  | "ARTIFACT_UNKNOWN"
  | "LOGIN_MESSAGE_INVALID"
  | "LOGIN_DOMAIN_WRONG"
  | "LOGIN_NONCE_UNKNOWN"
  | "LOGIN_BUSY"
  | "PASS_UNKNOWN"
  | "PASS_NOT_OWNED"
  | "SESSION_UNKNOWN"
  | "LOGOUT_SIGNATURE_INVALID"
  | "ZK_CHAIN_UNAVAILABLE"
  // rooms
  | "TICKET_MALFORMED"
  | "TICKET_EXPIRED"
  | "ROOMS_FULL"
  | "ROOM_FULL"
  /** The place that somebody wants to come back to has ended, or was another session's. */
  | "LANE_ENDED"
  /** The server takes nobody new: it is about to stop. */
  | "SERVER_STOPPING"
  // rooms out of the ledger that can't go on, and are closed
  /** No game of that name is hosted here any more. */
  | "GAME_GONE"
  /** The game is declared otherwise than when the room was created: another version, other rules. */
  | "GAME_CHANGED"
  /** The game's code does something else than it did: it is declared as before, but comes to another state. */
  | "ROOM_DIVERGED"
  /** The state holds what Colyseus can't encode for clients: a text in a number's place. */
  | "STATE_UNSENDABLE"
  // rounds on the ZK chain
  /** Only the contracts' owner can register the game, and the node doesn't have its key. */
  | "GAME_NOT_REGISTERED"
  | "ROUND_REFUSED"
  | "ROUND_STALE"
  | "REPORT_REFUSED"
  | "REPORT_INVALID"
  | "ROOM_CLOSED";

/** What the game server refuses, or can't do. */
export class RoomsError extends CodedError<RoomsErrorCode> {}

/** Codes of `Refusal`s beside those of the fast chain and of the game. */
export type RefusalCode =
  | "FRAME_MALFORMED"
  | "FRAME_OUT_OF_ORDER"
  | "SEAL_MALFORMED"
  | "SEAL_OUT_OF_ORDER"
  | "SEAL_SIGNATURE_INVALID"
  | "CO_SIGNATURE_MALFORMED"
  | "CO_SIGNATURE_INVALID"
  | "CO_SIGNATURE_LATE"
  | "RATE_LIMITED"
  | "TOO_MANY_BAD_MESSAGES"
  | "UNSEALED"
  | "REPLACED"
  | "SESSION_CLOSED"
  | "TOO_SLOW"
  | "SERVER_STOPPING";

/**
 * WebSocket close codes with which the server ends a player's place. The Colyseus SDK reconnects by itself
 * only for 1001, 1005, 1006 and 4010, so after these it doesn't try.
 */
export const DropCode = {
  /** Frames went without a seal for too long, or were not sealed when the round ended. */
  unsealed: 4100,
  /** The same session joined again. */
  replaced: 4101,
  /** The session was closed: logout, or another login with the same pass. */
  sessionClosed: 4102,
  /** Too many malformed messages, or far too many messages. */
  misbehaved: 4103,
  /** The client doesn't read what it is sent, or never finished joining. */
  tooSlow: 4104,
  /** In development: the game has changed, and the client was told which room to go on in. */
  moved: 4105,
} as const;
export type DropCode = (typeof DropCode)[keyof typeof DropCode];

/** The code of any error, for logs and for players. */
export function codeOf(error: unknown): string {
  return error instanceof CodedError ? error.code : "INTERNAL";
}
