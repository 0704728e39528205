/**
 * Where Weft's contracts are. The ZK chain's genesis creates them from `deployerAddress` with CREATE, in
 * the order of `contractAddresses`, nonces from 0: their addresses are the same on every Weft chain,
 * whatever their code.
 */

/** The contracts' names, as in `contractAddresses`. */
export type ContractName = keyof typeof contractAddresses;

/** The creator of the contracts: "Weft" in ASCII, then zeros. Nobody has a key for it. */
export const deployerAddress = "0x57656674000000000000000000000000000000dE";

/** The contracts' addresses, checksummed, in the order of their creation. */
export const contractAddresses = {
  gamePass: "0x365fEF33C995e8cbdE7E7a205702d0f11e8Ca3A0",
  gameItems: "0xCd05Ad5BB8CBF6A7F5FA711363317b918aD874C5",
  roundReports: "0xcc2eFECC4162a0424a8600d5B231b88550199161",
  market: "0x6A974D148d67A26b9A2d1E90DFB8a2e5fc72e6D3",
  portal: "0x78c2f44be78363F4C6441fCc203A8Ee3DC6a0654",
} as const;

/** The caller of `Portal.release`. No key exists for it: the sequencer executes such calls itself. */
export const systemAddress = "0xffffFFFfFFffffffffffffffFfFFFfffFFFfFFfE";

/** How the portal names the native token, ZKPoW. */
export const nativeAsset = "0x0000000000000000000000000000000000000000";

/** The storage slot of `GamePass` that holds the commitment of token `n` is this plus `n`, for n < 2^64. */
export const gamePassCommitmentsSlot = 2n ** 64n;
