import type { Hex } from "@weft/protocol";

/** A file that who proves downloads. */
export type ArtifactFile = {
  /** Its name. */
  readonly file: string;
  /** Of its bytes, uncompressed; lower case, without `0x`. */
  readonly sha256: string;
  /** Uncompressed. */
  readonly sizeBytes: number;
};

/** A circuit with the keys of one set-up. */
export type CircuitArtifacts = {
  readonly circuit: string;
  /**
   * Whether the set-up is for development: somebody may know what it takes to prove anything at all. Nodes that
   * hold anything of worth refuse its key.
   */
  readonly development: boolean;
  readonly constraints: number;
  /** Of the constraints as compiled (r1cs), which the keys are for. */
  readonly r1csSha256: string;
  /** Computes the witness. */
  readonly wasm: ArtifactFile;
  /** Proving key. */
  readonly zkey: ArtifactFile;
  /** `verificationKeyToBytes`: 832 bytes. */
  readonly verificationKey: Hex;
};
