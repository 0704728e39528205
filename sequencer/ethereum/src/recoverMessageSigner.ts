import {
  type Address,
  bytesToHex,
  concatBytes,
  hexToBytes,
  keccak256,
  utf8ToBytes,
} from "@weft/protocol";
import { recoverPublicKey } from "./recoverPublicKey.ts";

/** ERC-191: what a wallet's "sign message" puts before the text. */
const prefix = (sizeBytes: number) => utf8ToBytes(`\x19Ethereum Signed Message:\n${sizeBytes}`);

/**
 * Address whose wallet signed a text message (ERC-191, version 0x45).
 * @param signature r ‖ s ‖ v, 65 bytes; v is 27 or 28.
 * @throws Error when it isn't a signature.
 */
export function recoverMessageSigner(message: string, signature: Uint8Array): Address {
  if (signature.length !== 65) throw new RangeError("a signature of 65 bytes expected");
  const text = utf8ToBytes(message);
  const digest = hexToBytes(keccak256(concatBytes(prefix(text.length), text)));
  const v = BigInt(signature[64] as number);
  const key = recoverPublicKey(digest, v, signature.subarray(0, 32), signature.subarray(32, 64));
  return bytesToHex(hexToBytes(keccak256(key)).subarray(12));
}
