import { generateKeyPairSync, sign } from "node:crypto";
import {
  type CoSignatureArgs,
  coSignMessage,
  playerIdOf,
  type ReportArgs,
  toCoSignatureArgs,
} from "@weft/contracts";
import {
  bytesToHex,
  type ChainId,
  type ChainNumber,
  type Hash,
  hexToBytes,
  loginResources,
  type OpenSession,
  type SessionKey,
  timestampMs,
} from "@weft/protocol";
import type { PrivateKeyAccount } from "viem/accounts";
import { createSiweMessage } from "viem/siwe";
import { lowerAddress } from "../../src/index.ts";

export type TestSession = {
  readonly sessionKey: SessionKey;
  /** How RoundReports names the player. */
  readonly id: Hash;
  sign(message: Uint8Array): Uint8Array;
};

/** Players with session keys, in the order in which RoundReports takes them. */
export function createSessions(count: number): TestSession[] {
  return Array.from({ length: count }, createSession).sort((a, b) => (a.id < b.id ? -1 : 1));
}

function createSession(): TestSession {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const key = Buffer.concat([x, y].map((part) => Buffer.from(part, "base64url")));
  const sessionKey = bytesToHex(key);
  return {
    sessionKey,
    id: playerIdOf(sessionKey),
    sign: (message) => sign("sha256", message, { key: privateKey, dsaEncoding: "ieee-p1363" }),
  };
}

/** All of them co-sign a report. */
export function coSignAll(
  sessions: readonly TestSession[],
  chainId: ChainId,
  report: ReportArgs,
): CoSignatureArgs[] {
  const message = coSignMessage(chainId, report);
  return sessions.map(({ sessionKey, sign }, index) =>
    toCoSignatureArgs(index, sessionKey, sign(message)),
  );
}

/** A login for a pass, by a wallet that need not own it: the fast chain alone can't tell. */
export async function loginWith(
  { sessionKey }: TestSession,
  wallet: PrivateKeyAccount,
  pass: bigint,
  chainId: ChainId,
): Promise<OpenSession> {
  const payout = lowerAddress(wallet.address);
  const expiresAtMs = timestampMs(Date.now() + 3_600_000);
  const grant = { sessionKey, game: "arena", payout, expiresAtMs };
  const message = createSiweMessage({
    address: wallet.address,
    chainId,
    domain: "localhost",
    nonce: "12345678",
    uri: "http://localhost",
    version: "1",
    resources: [...loginResources(grant, pass)],
  });
  const signature = hexToBytes(await wallet.signMessage({ message }));
  const login = { type: "wallet" as const, message, signature, owner: payout, pass };
  return { grant, login, zkNumber: 1 as ChainNumber };
}
