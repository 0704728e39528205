import type { OwnershipWitness, ProvingProgress } from "@weft/circuits";

export type ProverTask = {
  readonly wasm: Uint8Array;
  readonly zkey: Uint8Array;
  readonly witness: OwnershipWitness;
};

/** To the thread that proves: one of each, in this order. */
export type ProverRequest =
  /** Get ready, while the caller gets what is to be proven. */
  | { readonly type: "prepare"; readonly parallel: boolean }
  | ({ readonly type: "prove"; readonly parallel: boolean } & ProverTask);

export type OwnershipProof = { readonly proof: Uint8Array; readonly nullifier: bigint };

/** From the thread that proves. */
export type ProverMessage =
  /** Its program runs: requests can come. */
  | { readonly type: "ready" }
  /** All is loaded that doesn't depend on what is proven. */
  | { readonly type: "prepared" }
  | ({ readonly type: "progress" } & ProvingProgress)
  | ({ readonly type: "proof" } & OwnershipProof)
  | { readonly type: "error"; readonly code: string; readonly message: string };
