import type { OwnershipWitness } from "@weft/circuits";
import { measureProving, type ProvingTimes } from "../measureProving.ts";

export type ProveRequest = {
  readonly wasm: Uint8Array;
  readonly zkey: Uint8Array;
  readonly witness: OwnershipWitness;
  readonly runs: number;
};

/** Proves in a page's Web Worker, as a login there does. Runs in a browser. */
export function prove(request: ProveRequest): Promise<ProvingTimes> {
  return measureProving(request);
}
