import { generateKeyPairSync, type KeyObject, sign } from "node:crypto";
import { bytesToHex } from "./bytes.ts";
import type { SessionKey } from "./session.ts";

/** For tests, in Node: a session key as a client has one. */
export type TestSessionKey = {
  readonly sessionKey: SessionKey;
  readonly privateKey: KeyObject;
  /** @returns r ‖ s over sha256 of the message, as WebCrypto makes it */
  sign(message: Uint8Array): Uint8Array;
};

export function testSessionKey(): TestSessionKey {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  return {
    sessionKey: bytesToHex(Buffer.concat([x, y].map((part) => Buffer.from(part, "base64url")))),
    privateKey,
    sign: (message) => sign("sha256", message, { key: privateKey, dsaEncoding: "ieee-p1363" }),
  };
}
