import { getContractAddress } from "viem";
import { expect, test } from "vitest";
import { genesisDeployments } from "../bytecode.ts";
import {
  contractAddresses,
  deployerAddress,
  nativeAsset,
  portalAbi,
  systemAddress,
} from "../index.ts";
import { accounts } from "./support/startTestChain.ts";
import { useTestChain } from "./support/useTestChain.ts";

const running = useTestChain();
const deployments = genesisDeployments({ owner: accounts.owner });

test("addresses follow from the deployer and the order", () => {
  const computed = deployments.map(({ name }, index) => [
    name,
    getContractAddress({ from: deployerAddress, nonce: BigInt(index) }),
  ]);
  expect(Object.fromEntries(computed)).toEqual(contractAddresses);
  expect(deployments.map(({ address }) => address)).toEqual(Object.values(contractAddresses));
});

test("the genesis has code at every address", async () => {
  for (const address of Object.values(contractAddresses)) {
    expect(await running().client.getCode({ address })).toMatch(/^0x60/);
  }
});

test("the portal answers to the system address", async () => {
  const portal = { abi: portalAbi, address: contractAddresses.portal };
  const answer = running().client.readContract({ ...portal, functionName: "SYSTEM_ADDRESS" });
  expect(await answer).toBe(systemAddress);
  expect(BigInt(nativeAsset)).toBe(0n);
});
