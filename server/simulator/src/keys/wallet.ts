import {
  type Address,
  bytesToHex,
  concatBytes,
  type Hex,
  hexToBytes,
  keccak256,
  keccak256Bytes,
  utf8ToBytes,
} from "@weft/protocol";
import { serializeTransaction, type TransactionSerializableEIP1559 } from "viem";
import { createFixedNonceKey, type Signature, toBytes32, toHex32 } from "./fixedNonce.ts";

export type Wallet = {
  readonly address: Address;
  /** @returns the signed transaction's bytes. */
  signTransaction(transaction: TransactionSerializableEIP1559): Uint8Array;
  /** EIP-191. @returns r ‖ s ‖ v. */
  signMessage(message: string): Uint8Array;
};

const made = new Map<string, Wallet>();

/** The wallet of that name: the same in every run. */
export function walletOf(name: string): Wallet {
  const known = made.get(name);
  if (known !== undefined) return known;
  const key = createFixedNonceKey("secp256k1", name);
  const wallet: Wallet = {
    address: bytesToHex(keccak256Bytes(key.publicKey).slice(12)),
    signTransaction(transaction) {
      const unsigned = hexToBytes(serializeTransaction(transaction));
      return hexToBytes(serializeTransaction(transaction, asViem(key.sign(hashed(unsigned)))));
    },
    signMessage(message) {
      const bytes = utf8ToBytes(message);
      const prefix = utf8ToBytes(`\x19Ethereum Signed Message:\n${bytes.length}`);
      const { r, s, isOdd } = key.sign(hashed(concatBytes(prefix, bytes)));
      return concatBytes(toBytes32(r), toBytes32(s), Uint8Array.of(isOdd ? 28 : 27));
    },
  };
  made.set(name, wallet);
  return wallet;
}

const hashed = (bytes: Uint8Array): Uint8Array => hexToBytes(keccak256(bytes) as Hex);

const asViem = ({ r, s, isOdd }: Signature) => ({
  r: toHex32(r),
  s: toHex32(s),
  yParity: isOdd ? 1 : 0,
});
