import { hash } from "node:crypto";
import { bytesToHex, concatBytes, type SessionKey } from "@weft/protocol";
import { createFixedNonceKey, toBytes32 } from "./fixedNonce.ts";

export type SimulatedSessionKey = {
  readonly publicKey: SessionKey;
  /** ECDSA over sha256 on P-256. @returns r ‖ s. */
  sign(message: Uint8Array): Uint8Array;
};

const made = new Map<string, SimulatedSessionKey>();

/** The session key of that name: the same in every run. */
export function sessionKeyOf(name: string): SimulatedSessionKey {
  const known = made.get(name);
  if (known !== undefined) return known;
  const key = createFixedNonceKey("prime256v1", name);
  const sessionKey: SimulatedSessionKey = {
    publicKey: bytesToHex(key.publicKey),
    sign(message) {
      const { r, s } = key.sign(hash("sha256", message, "buffer"));
      return concatBytes(toBytes32(r), toBytes32(s));
    },
  };
  made.set(name, sessionKey);
  return sessionKey;
}
