import { CodedError } from "@weft/protocol";

export type FastChainErrorCode =
  // accounts
  | "TX_NONCE_TOO_LOW"
  | "TX_NONCE_TOO_HIGH"
  | "TX_UNSUPPORTED"
  | "INSUFFICIENT_BALANCE"
  | "AMOUNT_ZERO"
  | "BALANCE_OVERFLOW"
  | "DEPOSIT_OUT_OF_ORDER"
  // sessions
  | "LOGIN_MESSAGE_INVALID"
  | "LOGIN_SIGNATURE_INVALID"
  /** A number that isn't below the field's order would be another name for one that is. */
  | "LOGIN_NULLIFIER_INVALID"
  /** No ZK block of that number has that state root. */
  | "LOGIN_ROOT_UNKNOWN"
  /** Too many ZK blocks, or too much time, have passed since. */
  | "LOGIN_ROOT_STALE"
  | "LOGIN_PROOF_INVALID"
  /** Too many proofs wait to be verified. */
  | "LOGIN_BUSY"
  /** The ledger's genesis has bytes that aren't a verification key. */
  | "OWNERSHIP_KEY_INVALID"
  | "SESSION_UNKNOWN"
  | "SESSION_EXISTS"
  | "SESSION_EXPIRED"
  | "SESSION_WRONG_GAME"
  | "TICKET_REUSED"
  | "TICKET_SIGNATURE_INVALID"
  // rooms
  | "ROOM_EXISTS"
  | "ROOM_UNKNOWN"
  /** Its log is open already: a room has one host. */
  | "ROOM_HOSTED"
  | "ROOM_FULL"
  | "SEED_INVALID"
  | "EVENT_OUT_OF_ORDER"
  | "LANE_UNKNOWN"
  | "LANE_OUT_OF_ORDER"
  | "SESSION_IN_ROOM"
  | "FRAME_MALFORMED"
  | "FRAME_OUT_OF_ORDER"
  | "SEAL_OUT_OF_ORDER"
  | "SEAL_SIGNATURE_INVALID"
  | "CLOCK_FELL"
  | "ROUND_OPEN"
  | "ROUND_NOT_OPEN"
  | "ROUND_NOT_ENDED"
  | "ROUND_ALREADY_ENDED"
  | "REPORT_MISMATCH"
  | "REPORT_OVER_CAP"
  | "MINT_UNSEALED"
  // chain
  | "GENESIS_MISPLACED"
  | "BLOCK_FULL"
  | "CHAIN_STOPPED"
  // snapshots
  /** A snapshot can't be written. The chain goes on without it. */
  | "SNAPSHOT_FAILED"
  /** The file isn't a whole snapshot, or not of this ledger at its height. */
  | "SNAPSHOT_INVALID"
  // replay
  | "STATE_ROOT_MISMATCH"
  | "ROOM_STATE_MISMATCH"
  | "ROOM_REPORT_MISMATCH"
  | "BLOCK_INVALID";

/** Something the fast chain's rules refuse. Nothing has changed when it is thrown. */
export class FastChainError extends CodedError<FastChainErrorCode> {}

export function refuse(
  code: FastChainErrorCode,
  message: string,
  details: Record<string, unknown> = {},
): never {
  throw new FastChainError(code, message, { details });
}
