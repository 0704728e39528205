import type { FastChainHost } from "@weft/fast-chain";
import { testLogin } from "@weft/fast-chain/testing";
import {
  type ChainId,
  chainNumber,
  type Hash,
  type JoinEvent,
  joinTicketMessage,
  keccak256,
  type SessionGrant,
  type SessionKey,
  sessionIdOf,
  timestampMs,
  utf8ToBytes,
} from "@weft/protocol";
import { testSessionKey } from "@weft/protocol/testing/node";
import { privateKeyToAccount } from "viem/accounts";
import { lowerAddress } from "../../src/index.ts";

export const GAME = "field";
const SESSION_MS = 3_600_000;
/** Logins that are on their way at one time. */
const AT_ONCE = 64;

type TestSessionKey = ReturnType<typeof testSessionKey>;

/** Somebody who has logged in. */
export class Player {
  readonly sessionId: Hash;
  readonly #key: TestSessionKey;
  readonly #chainId: ChainId;
  #newestTicketMs = 0;

  constructor(sessionId: Hash, key: TestSessionKey, chainId: ChainId) {
    this.sessionId = sessionId;
    this.#key = key;
    this.#chainId = chainId;
  }

  get sessionKey(): SessionKey {
    return this.#key.sessionKey;
  }

  sign(message: Uint8Array): Uint8Array {
    return this.#key.sign(message);
  }

  /** A ticket for one room, later than any before. */
  ticket(): Pick<JoinEvent, "sessionId" | "issuedAtMs" | "signature"> {
    this.#newestTicketMs = Math.max(Date.now(), this.#newestTicketMs + 1);
    const issuedAtMs = timestampMs(this.#newestTicketMs);
    const { sessionId } = this;
    const message = joinTicketMessage(this.#chainId, { sessionId, game: GAME, issuedAtMs });
    return { sessionId, issuedAtMs, signature: this.sign(message) };
  }
}

/** Logs players in by wallet; the chain checks everything that it checks of any login. */
export async function openPlayers(chain: FastChainHost, count: number): Promise<Player[]> {
  const players: Player[] = [];
  for (let from = 0; from < count; from += AT_ONCE) {
    const length = Math.min(AT_ONCE, count - from);
    const opened = Array.from({ length }, (_, i) => openPlayer(chain, from + i + 1));
    players.push(...(await Promise.all(opened)));
  }
  return players;
}

async function openPlayer(chain: FastChainHost, nth: number): Promise<Player> {
  const { chainId, zkChainId } = chain.genesis;
  const wallet = privateKeyToAccount(keccak256(utf8ToBytes(`bench player ${nth}`)));
  const key = testSessionKey();
  const grant: SessionGrant = {
    sessionKey: key.sessionKey,
    game: GAME,
    payout: lowerAddress(wallet.address),
    expiresAtMs: timestampMs(Date.now() + SESSION_MS),
  };
  const login = await testLogin(wallet, grant, BigInt(nth), zkChainId);
  await chain.submit({ type: "openSession", grant, login, zkNumber: chainNumber(0) });
  return new Player(sessionIdOf(chainId, grant), key, chainId);
}
