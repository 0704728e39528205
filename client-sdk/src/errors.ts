import { CodedError } from "@weft/protocol";

export type ClientErrorCode =
  // reaching the server
  /** No answer: not running, no network, or not in time. */
  | "SERVER_UNREACHABLE"
  /** An answer that no Weft server of this version gives. */
  | "RESPONSE_INVALID"
  /** `createClient` or a method was given something that can't work. */
  | "OPTIONS_INVALID"
  // login
  /** The pass is bound to no identity, or to another one: `details.bound` says which. */
  | "IDENTITY_NOT_BOUND"
  /** A file of the circuit's set-up could not be had; the details have its `url`. */
  | "ARTIFACT_UNAVAILABLE"
  /** A file of the circuit's set-up isn't the one that is trusted. Nothing of it was run. */
  | "ARTIFACT_MISMATCH"
  /** The worker that proves doesn't start: bundlers may need `createWorker`. */
  | "PROVER_UNAVAILABLE"
  /** No proof could be made; the details have the prover's code. */
  | "PROOF_FAILED"
  /** The server doesn't take this kind of login. */
  | "LOGIN_UNSUPPORTED"
  /** The wallet refused to sign, or its signature isn't one of a key (65 bytes). */
  | "WALLET_SIGNATURE_FAILED"
  /** The session key could not be made or could not sign. */
  | "SESSION_KEY_FAILED"
  | "SESSION_EXPIRED"
  /** The session is for another game. */
  | "SESSION_WRONG_GAME"
  // rooms
  /** The room let the client in but never said so, or sent no state. */
  | "JOIN_TIMEOUT"
  /** The server refused the join without a code of its own; the details have Colyseus's. */
  | "JOIN_REFUSED"
  /** The game's own schema refuses the action's input. Nothing was sent. */
  | "INPUT_REFUSED"
  /** The input has no canonical encoding, or a too long one. Nothing was sent. */
  | "INPUT_UNENCODABLE"
  /** Too many actions wait for the ledger; the details have the limit. Nothing was sent. */
  | "SEND_BUFFER_FULL"
  /** The player isn't in the room any more. */
  | "ROOM_LEFT"
  /** Server and client disagree on what was sent. The lane can't go on; the client leaves. */
  | "LANE_DIVERGED"
  /** The room wants a report signed that doesn't fit what this player knows. Nothing was signed. */
  | "REPORT_MISMATCH"
  /** `approveReport` said no, or threw: then `cause` is what it threw. Nothing was signed. */
  | "REPORT_REFUSED"
  /** Colyseus reported an error of the connection; the details have its code. */
  | "CONNECTION_ERROR"
  /** A listener of the application threw; `cause` is what it threw. */
  | "LISTENER_FAILED"
  /** The caller's AbortSignal ended the wait. */
  | "ABORTED"
  // chains
  /** A transaction was not sent: the chain refuses it. `details.errorName` names a contract's error. */
  | "TRANSACTION_REFUSED"
  /** A transaction is in a block, but failed there. */
  | "TRANSACTION_REVERTED"
  /** It took too long. What was sent may still go through: the details have the hashes. */
  | "CHAIN_TIMEOUT"
  /** A chain stopped answering during a wait. What was sent may still go through, as above. */
  | "CHAIN_UNREACHABLE";

/** What goes wrong on this side of the connection. */
export class ClientError extends CodedError<ClientErrorCode> {}

/** What the server refused. `code` is the server's own; see the READMEs of server/rooms and fast-chain. */
export class ServerError extends CodedError<string> {}
