import { testLogin } from "@weft/fast-chain/testing";
import type { WeftNode } from "@weft/node";
import { type Address, chainNumber, sessionIdOf, timestampMs } from "@weft/protocol";
import { testSessionKey } from "@weft/protocol/testing/node";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
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
  const { sessionKey, privateKey } = testSessionKey();
  const account = privateKeyToAccount(generatePrivateKey());
  const grant = {
    sessionKey,
    game: GAME,
    payout: account.address.toLowerCase() as Address,
    expiresAtMs: timestampMs(Date.now() + SESSION_MS),
  };
  const login = await testLogin(account, grant, pass, node.zkChainId);
  const zkNumber = chainNumber(0);
  const { durable } = await node.fastChain.submit({ type: "openSession", grant, login, zkNumber });
  await durable;
  return {
    sessionId: sessionIdOf(node.fastChainId, grant),
    privateKey: privateKey.export({ type: "pkcs8", format: "der" }),
    chainId: node.fastChainId,
  };
}
