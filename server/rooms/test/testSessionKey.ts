import { generateKeyPairSync, sign } from "node:crypto";
import { bytesToHex, type SessionKey } from "@weft/protocol";

/** A session key, as a client has one. */
export type TestSessionKey = {
  readonly sessionKey: SessionKey;
  /** r ‖ s over sha256 of the message. */
  sign(message: Uint8Array): Uint8Array;
};

export function testSessionKey(): TestSessionKey {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  return {
    sessionKey: bytesToHex(Buffer.concat([x, y].map((part) => Buffer.from(part, "base64url")))),
    sign: (message) => sign("sha256", message, { key: privateKey, dsaEncoding: "ieee-p1363" }),
  };
}
