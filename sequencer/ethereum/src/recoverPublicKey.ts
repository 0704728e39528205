import { calculateSigRecovery, setLengthLeft } from "@ethereumjs/util";
import secp256k1 from "secp256k1";

/**
 * Public key (64 bytes, uncompressed, without its prefix) that signed `messageHash`, through the native
 * library: 25 times as fast as EthereumJS's own. It has the signature of EthereumJS's
 * `customCrypto.ecrecover`, which transactions and the EVM's ecrecover precompile (0x01) both use, so
 * it accepts a high s: the precompile must, and transactions check that themselves.
 * @throws Error where there is no such key.
 */
export function recoverPublicKey(
  messageHash: Uint8Array,
  v: bigint,
  r: Uint8Array,
  s: Uint8Array,
  chainId?: bigint,
): Uint8Array {
  const recovery = calculateSigRecovery(v, chainId);
  if (recovery !== 0n && recovery !== 1n) throw new RangeError(`no such recovery id: ${recovery}`);
  const signature = new Uint8Array(64);
  signature.set(setLengthLeft(r, 32), 0);
  signature.set(setLengthLeft(s, 32), 32);
  return secp256k1.ecdsaRecover(signature, Number(recovery), messageHash, false).subarray(1);
}
