import { type Address, getContract, parseEventLogs } from "viem";
import { contractAddresses, nativeAsset, portalAbi } from "../../index.ts";
import { accounts, type Helper, type TestChain } from "./startTestChain.ts";

/** The portal of a test chain, with what its tests do again and again. */
export function portalActions(chain: TestChain) {
  const { client, mined, tell } = chain;
  const portal = getContract({ abi: portalAbi, address: contractAddresses.portal, client });

  return {
    ...portal,
    /** Deposits ZKPoW for Bob. */
    deposit: (value: bigint, recipient: Address = accounts.bob) =>
      mined(portal.write.deposit([recipient], { account: accounts.alice, value })),
    /** Deposits a token for Bob, which Alice gets before. */
    async depositToken(token: Helper, amount: bigint) {
      await tell(token, "mint", [accounts.alice, amount]);
      await tell(token, "approve", [portal.address, amount], accounts.alice);
      const deposit = [token.address, amount, accounts.bob] as const;
      return mined(portal.write.depositToken(deposit, { account: accounts.alice }));
    },
    /** Releases with the gas that is said to be enough, and returns whether it became claimable. */
    async release(nonce: bigint, recipient: Address, amount: bigint, asset: Address = nativeAsset) {
      const gas = await portal.read.RELEASE_GAS();
      const options = { account: accounts.system, gas };
      const release = [nonce, asset, recipient, amount] as const;
      const { logs } = await mined(portal.write.release(release, options));
      return parseEventLogs({ abi: portalAbi, logs, eventName: "Released" })[0]?.args;
    },
    simulateRelease: (nonce: bigint, amount: bigint, account: Address = accounts.system) =>
      portal.simulate.release([nonce, nativeAsset, accounts.bob, amount], { account }),
  };
}
