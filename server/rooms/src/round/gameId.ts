import { type Hash, keccak256, utf8ToBytes } from "@weft/protocol";

/**
 * A game's id on the ZK chain: keccak256 of its name in UTF-8. A name can be longer than the 32 bytes that
 * would hold it as text.
 */
export function gameIdOf(name: string): Hash {
  return keccak256(utf8ToBytes(name));
}
