import { MIN_BASE_FEE } from "../limits.ts";

const ELASTICITY = 2n;
const MAX_CHANGE_DENOMINATOR = 8n;

/**
 * EIP-1559: the base fee (wei per gas) of a block, from its parent's. It rises by at most an eighth
 * when the parent was full, falls by an eighth when it was empty, and never below MIN_BASE_FEE.
 */
export function nextBaseFee(parent: {
  readonly baseFeePerGas: bigint;
  readonly gasUsed: bigint;
  readonly gasLimit: bigint;
}): bigint {
  const { baseFeePerGas, gasUsed } = parent;
  const target = parent.gasLimit / ELASTICITY;
  const change = (difference: bigint) =>
    (baseFeePerGas * difference) / target / MAX_CHANGE_DENOMINATOR;
  if (gasUsed > target) {
    const rise = change(gasUsed - target);
    return baseFeePerGas + (rise > 1n ? rise : 1n);
  }
  const fallen = baseFeePerGas - change(target - gasUsed);
  return fallen > MIN_BASE_FEE ? fallen : MIN_BASE_FEE;
}
