import fc from "fast-check";
import type { Address } from "viem";
import { expect, test } from "vitest";
import { nativeAsset } from "../index.ts";
import { portalActions } from "./support/portalActions.ts";
import {
  accounts,
  type Helper,
  startTestChain,
  type TestClient,
} from "./support/startTestChain.ts";

interface Step {
  readonly kind: "deposit" | "release" | "releaseToRefuser";
  readonly asset: "native" | "token";
  readonly amount: bigint;
}

const anyStep: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("deposit", "release", "releaseToRefuser"),
  asset: fc.constantFrom("native", "token"),
  amount: fc.bigInt(1n, 20n),
});

test("balance = held + claimable, for every asset, whatever crosses", async () => {
  const chain = await startTestChain();
  try {
    const refuser = await chain.deploy("MoodyAccount");
    const token = await chain.deploy("TestToken");
    const start = await chain.client.snapshot();
    let id = start;
    const run = fc.asyncProperty(fc.array(anyStep, { maxLength: 12 }), async (steps) => {
      await chain.client.revert({ id });
      id = await chain.client.snapshot();
      await cross(portalActions(chain), chain.client, token, refuser.address, steps);
    });
    await fc.assert(run, { numRuns: 12 });
  } finally {
    await chain.stop();
  }
});

/** Takes the steps on the chain and on a model of it, and compares the two after each. */
async function cross(
  portal: ReturnType<typeof portalActions>,
  client: TestClient,
  token: Helper,
  refuser: Address,
  steps: readonly Step[],
): Promise<void> {
  const held = { native: 0n, token: 0n };
  let claimable = 0n;
  let nonce = 0n;

  for (const { kind, asset, amount } of steps) {
    const address = asset === "native" ? nativeAsset : token.address;
    if (kind === "deposit") {
      await (asset === "native" ? portal.deposit(amount) : portal.depositToken(token, amount));
      held[asset] += amount;
    } else if (amount <= held[asset]) {
      // A token does not ask its recipient, so only native value is refused.
      const isClaimable = kind === "releaseToRefuser" && asset === "native";
      const recipient = kind === "releaseToRefuser" ? refuser : accounts.bob;
      const released = await portal.release(nonce, recipient, amount, address);
      expect(released).toMatchObject({ nonce, isClaimable });
      held[asset] -= amount;
      if (isClaimable) claimable += amount;
      nonce += 1n;
    }

    expect(await portal.read.held([nativeAsset])).toBe(held.native);
    expect(await portal.read.held([token.address])).toBe(held.token);
    expect(await client.getBalance({ address: portal.address })).toBe(held.native + claimable);
    const balance = { functionName: "balanceOf", args: [portal.address] } as const;
    expect(await client.readContract({ ...token, ...balance })).toBe(held.token);
  }
  expect(await portal.read.claimable([nativeAsset, refuser])).toBe(claimable);
}
