import type { Hash, Hex } from "@weft/protocol";

// Values as Ethereum's JSON-RPC shows them (execution-apis: quantities without leading zeros).

export function toQuantity(value: bigint | number): Hex {
  return `0x${value.toString(16)}`;
}

/** keccak256 of the RLP of an empty list: the hash of no uncles. */
const EMPTY_UNCLES_HASH: Hash =
  "0x1dcc4de8dec75d7aab85b567b6ccd41ad312451b948a7413f0a142fd40d49347";

export const EMPTY_BLOOM: Hex = `0x${"00".repeat(256)}`;

/** Fields that every header must have for clients, and that mean nothing here. */
export const obsoleteHeaderFields = {
  nonce: "0x0000000000000000",
  sha3Uncles: EMPTY_UNCLES_HASH,
  difficulty: "0x0",
  extraData: "0x",
  // Receipts are a function of the ledger's blocks, so no header commits to them.
  receiptsRoot: `0x${"00".repeat(32)}`,
} as const;

/** The same for what a block has beside its header. */
export const obsoleteBlockFields = { totalDifficulty: "0x0", uncles: [] } as const;
