import { parseAbi } from "viem";

/**
 * The portal as a program of the fast chain, at the address of the ZK chain's contract. Only
 * signatures: it has no code that an EVM could run. `asset` zeros is ZKPoW.
 */
export const fastPortalAbi = parseAbi([
  "function withdraw(address asset, uint256 amount, address recipient)",
  "function transfer(address asset, address to, uint256 amount)",
]);
