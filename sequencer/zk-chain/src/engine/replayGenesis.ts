import { type Block, decodeZkTransaction, ZERO_HASH, type ZkGenesis } from "@weft/protocol";
import { checkWholeBlock } from "./checkWholeBlock.ts";
import { invalidBlock, under } from "./invalidBlock.ts";
import { corrupt } from "./store/blockRecord.ts";

/** Reads the genesis that a store kept. @throws ZkChainError STORE_CORRUPT */
export function decodeGenesis(encoded: Uint8Array): ZkGenesis {
  const decoded = decodeZkTransaction(encoded);
  return decoded.type === "genesis" ? decoded : corrupt("a genesis that isn't one");
}

/** Reads a chain's first block: the genesis alone. @throws ZkChainError BLOCK_INVALID */
export async function readGenesisBlock(block: Block): Promise<ZkGenesis> {
  const { header, transactions } = block;
  if (header.number !== 0 || header.chainParentHash !== ZERO_HASH) {
    invalidBlock("parent", "not a first block");
  }
  checkWholeBlock(block);
  const [first, ...others] = transactions;
  if (first === undefined || others.length > 0) invalidBlock("shape", "not one transaction");
  const decoded = await under("transaction", { index: 0 }, () => decodeZkTransaction(first));
  if (decoded.type !== "genesis") return invalidBlock("shape", "not a genesis");
  if (decoded.chainId !== header.chainId) invalidBlock("chain", "of another chain");
  if (decoded.timestampMs > header.timestampMs) {
    invalidBlock("timestamp", "the EVM's clock is past the header's");
  }
  return decoded;
}
