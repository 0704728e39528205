import type { Common, StateManagerInterface } from "@ethereumjs/common";
import type { EVMMockBlockchainInterface } from "@ethereumjs/evm";
import { createVM, type VM } from "@ethereumjs/vm";
import { type ChainNumber, type Hash, hexToBytes, ZERO_HASH } from "@weft/protocol";

/** Hash of a ZK block, for BLOCKHASH; undefined where there is none. */
export type HashOf = (number: ChainNumber) => Hash | undefined;

/**
 * An EVM over `state`: made for one block or one call, so that nothing of another stays in it. The
 * system contracts of EIP-2935 and EIP-4788 have no place here: they are called by EthereumJS's
 * `runBlock`, which we don't use.
 */
export function createEvm(
  common: Common,
  state: StateManagerInterface,
  hashOf: HashOf,
): Promise<VM> {
  const blockchain: EVMMockBlockchainInterface = {
    // The opcode has checked that the number is one of the last 256.
    getBlock: async (number) => {
      const hash = hexToBytes(hashOf(number as ChainNumber) ?? ZERO_HASH);
      return { hash: () => hash };
    },
    putBlock: async () => {},
    shallowCopy: () => blockchain,
  };
  // A copy, since every EVM listens to its Common for as long as that lives.
  return createVM({ common: common.copy(), stateManager: state, blockchain });
}
