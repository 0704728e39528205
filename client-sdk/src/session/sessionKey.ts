import { bytesToHex, type SessionKey } from "@weft/protocol";
import { ClientError } from "../errors.ts";

const ALGORITHM = { name: "ECDSA", namedCurve: "P-256" } as const;
const SIGNATURE = { name: "ECDSA", hash: "SHA-256" } as const;

/** What signs for a session. The private key can't be read out, not even by this program. */
export type SessionSigner = {
  readonly publicKey: SessionKey;
  readonly privateKey: CryptoKey;
  /** ECDSA over sha256 on P-256. @returns r ‖ s, 64 bytes. @throws ClientError SESSION_KEY_FAILED */
  sign(message: Uint8Array): Promise<Uint8Array>;
};

/** @throws ClientError SESSION_KEY_FAILED, for one where WebCrypto is missing: on http pages. */
export async function createSessionKey(): Promise<SessionSigner> {
  const subtle: SubtleCrypto | undefined = globalThis.crypto?.subtle;
  if (subtle === undefined) {
    throw new ClientError(
      "SESSION_KEY_FAILED",
      "no WebCrypto here: browsers have it on https only",
    );
  }
  try {
    const pair = await subtle.generateKey(ALGORITHM, false, ["sign", "verify"]);
    const point = new Uint8Array(await subtle.exportKey("raw", pair.publicKey));
    // without the 0x04 in front that says "uncompressed"
    return signerOf(bytesToHex(point.subarray(1)), pair.privateKey);
  } catch (cause) {
    throw new ClientError("SESSION_KEY_FAILED", "could not make a session key", { cause });
  }
}

/** What signs with a key that there is already. */
export function signerOf(publicKey: SessionKey, privateKey: CryptoKey): SessionSigner {
  const { subtle } = globalThis.crypto;
  return { publicKey, privateKey, sign: (message) => sign(subtle, privateKey, message) };
}

async function sign(subtle: SubtleCrypto, key: CryptoKey, message: Uint8Array) {
  try {
    return new Uint8Array(await subtle.sign(SIGNATURE, key, Uint8Array.from(message)));
  } catch (cause) {
    throw new ClientError("SESSION_KEY_FAILED", "could not sign with the session key", { cause });
  }
}
