export { ownershipArtifacts } from "../artifacts/ownershipArtifacts.ts";
export type { ArtifactFile, CircuitArtifacts } from "./artifacts.ts";
export { CircuitsError, type CircuitsErrorCode } from "./errors.ts";
export {
  bytesToProof,
  bytesToVerificationKey,
  proofToBytes,
  verificationKeyToBytes,
} from "./groth16Bytes.ts";
export {
  type OwnershipInputs,
  type OwnershipWitness,
  ownershipInputs,
  passKey,
} from "./ownershipInputs.ts";
export {
  type ProveOptions,
  type ProvingPhase,
  type ProvingProgress,
  prepareProving,
  proveOwnership,
} from "./proveOwnership.ts";
