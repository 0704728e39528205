import { sealMessage } from "@weft/protocol";
import { verifyP256 } from "../p256.ts";
import type { SealClaim, SealTask } from "../types.ts";

/**
 * Which claims were verified, and whether they hold. By identity: a claim is made for one lane, so that its key is always the
 * same, and it has bytes of its own, which nobody changes. Whoever verifies one in another thread notes it here.
 */
const verdicts = new WeakMap<SealClaim, boolean>();

/** Whether the key signed for the head that the claim names. Verified once for each claim. */
export function sealHolds({ key, claim }: SealTask): boolean {
  const known = verdicts.get(claim);
  if (known !== undefined) return known;
  const { seq, hash, signature } = claim;
  const holds = signature !== undefined && verifyP256(key, sealMessage({ seq, hash }), signature);
  verdicts.set(claim, holds);
  return holds;
}

/** It was verified elsewhere, over the same bytes. */
export function noteVerdict(claim: SealClaim, holds: boolean): void {
  verdicts.set(claim, holds);
}

/** Undefined as long as nobody has verified it. */
export function knownVerdict(claim: SealClaim): boolean | undefined {
  return verdicts.get(claim);
}
