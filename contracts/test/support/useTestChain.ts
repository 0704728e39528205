import type { Hex } from "viem";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { startTestChain, type TestChain } from "./startTestChain.ts";

/**
 * One chain for the tests of a file; what a test does to it is undone after the test.
 *
 * @returns A function that gives the chain, for use inside of tests and hooks.
 */
export function useTestChain(): () => TestChain {
  let chain: TestChain | undefined;
  let snapshot: Hex | undefined;

  function running(): TestChain {
    if (chain === undefined) throw new Error("the chain runs only while tests do");
    return chain;
  }

  beforeAll(async () => {
    chain = await startTestChain();
  });
  beforeEach(async () => {
    snapshot = await running().client.snapshot();
  });
  afterEach(async () => {
    if (snapshot !== undefined) await running().client.revert({ id: snapshot });
  });
  afterAll(() => chain?.stop());
  return running;
}
