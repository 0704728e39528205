import { BaseError, ContractFunctionRevertedError } from "viem";
import { expect } from "vitest";

/**
 * Asserts that a contract call reverts with a custom error.
 *
 * @param call A simulation or a transaction that is estimated before it is sent.
 * @param errorName The error's name, as in the contract's ABI.
 * @param args Its arguments; not compared where they are left out.
 */
export async function expectRevert(
  call: Promise<unknown>,
  errorName: string,
  args?: readonly unknown[],
): Promise<void> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!(error instanceof BaseError)) expect.fail(`expected ${errorName}, got ${String(error)}`);
  const reverted = error.walk((cause) => cause instanceof ContractFunctionRevertedError);
  if (!(reverted instanceof ContractFunctionRevertedError)) throw error;
  expect(reverted.data?.errorName ?? reverted.signature).toBe(errorName);
  if (args !== undefined) expect(reverted.data?.args).toEqual(args);
}
