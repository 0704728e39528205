import type { Address, Hash, Hex } from "@weft/protocol";

// What Ethereum's own methods answer, as far as it is used here. Quantities are hexadecimal.

export type EthLog = {
  readonly address: Address;
  readonly topics: readonly Hash[];
  readonly data: Hex;
  readonly blockNumber: Hex;
  readonly transactionHash: Hash;
  readonly logIndex: Hex;
};

export type EthReceipt = {
  readonly status: Hex;
  readonly gasUsed: Hex;
  readonly effectiveGasPrice: Hex;
  readonly contractAddress: Address | null;
  readonly logs: readonly EthLog[];
  readonly preStateRoot: Hash;
  readonly postStateRoot: Hash;
};
