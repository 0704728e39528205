import { type Hash, type StateProof, StateProofError, verifyStateProof } from "@weft/protocol";

/** Runs in a browser. @returns the value, or the code of the refusal */
export function verify(expected: { root: Hash; key: Hash }, proof: StateProof): bigint | string {
  try {
    return verifyStateProof(expected, proof);
  } catch (error) {
    if (error instanceof StateProofError) return error.code;
    throw error;
  }
}

export const browser = () => navigator.userAgent;
