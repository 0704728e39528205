import { generateKeyPairSync } from "node:crypto";
import type { WeftNode } from "@weft/node";
import {
  type Address,
  bytesToHex,
  chainNumber,
  hexToBytes,
  loginResources,
  sessionIdOf,
  timestampMs,
} from "@weft/protocol";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { createSiweMessage } from "viem/siwe";
import { GAME } from "./game.ts";
import type { BenchSession } from "./messages.ts";

const SESSION_MS = 3_600_000;
const AT_ONCE = 64;

/**
 * Opens sessions on the chain, past the HTTP endpoint: with its faucet two thousand players would take minutes to log in. What
 * the chain checks of a login, it checks here too.
 */
export async function openSessions(node: WeftNode, count: number): Promise<BenchSession[]> {
  const sessions: BenchSession[] = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    const length = Math.min(AT_ONCE, count - from);
    const opened = Array.from({ length }, (_, i) => openSession(node, BigInt(from + i + 1)));
    sessions.push(...(await Promise.all(opened)));
  }
  return sessions;
}

async function openSession(node: WeftNode, pass: bigint): Promise<BenchSession> {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const point = Buffer.concat([x, y].map((part) => Buffer.from(part, "base64url")));
  const account = privateKeyToAccount(generatePrivateKey());
  const owner = account.address.toLowerCase() as Address;
  const grant = {
    sessionKey: bytesToHex(point),
    game: GAME,
    payout: owner,
    expiresAtMs: timestampMs(Date.now() + SESSION_MS),
  };
  const message = createSiweMessage({
    address: account.address,
    chainId: node.zkChainId,
    domain: "localhost",
    uri: "http://localhost",
    version: "1",
    nonce: "benchmark",
    resources: [...loginResources(grant, pass)],
  });
  const signature = hexToBytes(await account.signMessage({ message }));
  const login = { type: "wallet" as const, message, signature, owner, pass };
  const zkNumber = chainNumber(0);
  const { durable } = await node.fastChain.submit({ type: "openSession", grant, login, zkNumber });
  await durable;
  return {
    sessionId: sessionIdOf(node.fastChainId, grant),
    privateKey: privateKey.export({ type: "pkcs8", format: "der" }),
    chainId: node.fastChainId,
  };
}
