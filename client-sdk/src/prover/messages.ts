import type { OwnershipWitness, ProvingProgress } from "@weft/circuits";

/** To the thread that proves: one request, one proof. */
export type ProverRequest = {
  readonly wasm: Uint8Array;
  readonly zkey: Uint8Array;
  readonly witness: OwnershipWitness;
  readonly parallel: boolean;
};

export type OwnershipProof = { readonly proof: Uint8Array; readonly nullifier: bigint };

/** From the thread that proves. */
export type ProverMessage =
  /** Its program runs: a request can come. */
  | { readonly type: "ready" }
  | ({ readonly type: "progress" } & ProvingProgress)
  | ({ readonly type: "proof" } & OwnershipProof)
  | { readonly type: "error"; readonly code: string; readonly message: string };
