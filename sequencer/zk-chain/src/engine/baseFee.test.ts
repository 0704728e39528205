import fc from "fast-check";
import { expect, it } from "vitest";
import { INITIAL_BASE_FEE, MIN_BASE_FEE } from "../limits.ts";
import { nextBaseFee } from "./baseFee.ts";

const gasLimit = 30_000_000n;
const after = (gasUsed: bigint, baseFeePerGas = INITIAL_BASE_FEE) =>
  nextBaseFee({ baseFeePerGas, gasUsed, gasLimit });

it("follows EIP-1559", () => {
  expect(after(15_000_000n)).toBe(INITIAL_BASE_FEE);
  expect(after(30_000_000n)).toBe(1_125_000_000n);
  expect(after(0n)).toBe(875_000_000n);
  // Mainnet's block 12,965,001, from 12,965,000.
  expect(
    nextBaseFee({ baseFeePerGas: 10n ** 9n, gasUsed: 30_025_257n, gasLimit: 30_029_122n }),
  ).toBe(1_124_967_822n);
});

it("never falls below its floor, always rises after a block above the target", () => {
  fc.assert(
    fc.property(fc.bigInt(MIN_BASE_FEE, 10n ** 15n), fc.bigInt(0n, gasLimit), (fee, gasUsed) => {
      const next = after(gasUsed, fee);
      expect(next).toBeGreaterThanOrEqual(MIN_BASE_FEE);
      expect(next > fee).toBe(gasUsed > gasLimit / 2n);
      expect(next - fee).toBeLessThanOrEqual(fee / 8n);
    }),
  );
});
