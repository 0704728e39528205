import { CodedError } from "@weft/protocol";

export type CircuitsErrorCode =
  /** A number of the witness is out of its range. Details: `field`. */
  | "WITNESS_INVALID"
  /** The state proof doesn't hold, or is for another slot. Its cause says why. */
  | "STATE_PROOF_INVALID"
  /** The pass is bound to another identity, or to none: the slot doesn't hold this secret's commitment. */
  | "IDENTITY_NOT_BOUND"
  /** The artifacts are damaged or of another circuit, or memory ran out. Its cause says which. */
  | "PROVING_FAILED"
  /** Not a proof: wrong length, or a coordinate that isn't below the base field's order. */
  | "PROOF_MALFORMED"
  /** Not a verification key of this circuit: wrong length, or a coordinate as above. */
  | "KEY_MALFORMED"
  /** A file isn't the one that the manifest names. Details: `file`, `sha256`, `expected`. */
  | "ARTIFACT_MISMATCH"
  /** circom refuses a circuit. What it says is in the message. */
  | "COMPILE_FAILED"
  /** A step of a set-up failed, or what it was given doesn't fit. */
  | "SETUP_FAILED";

/** Everything that this package throws on purpose. */
export class CircuitsError extends CodedError<CircuitsErrorCode> {}
