import {
  type Address,
  bytesToHex,
  type ChainId,
  encodeValue,
  hexToBytes,
  keccak256,
} from "@weft/protocol";

/** The address on the fast chain of the room that Colyseus calls `roomId`. */
export function roomAddress(chainId: ChainId, roomId: string): Address {
  const hash = keccak256(encodeValue(["weft room", chainId, roomId]));
  return bytesToHex(hexToBytes(hash).subarray(12));
}
