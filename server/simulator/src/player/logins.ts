import {
  bytesToHex,
  type ChainNumber,
  type JoinOptions,
  joinTicketMessage,
  loginResources,
  type OpenSession,
  type SessionGrant,
  sessionIdOf,
  timestampMs,
} from "@weft/protocol";
import { createSiweMessage } from "viem/siwe";
import { FAST_CHAIN, T0, ZK_CHAIN } from "../constants.ts";
import { countGame } from "../countGame.ts";
import { type SimulatedSessionKey, sessionKeyOf } from "../keys/sessionKey.ts";
import { walletOf } from "../keys/wallet.ts";

/** A login of one player, and its key. */
export type Login = {
  readonly open: OpenSession & { readonly type: "openSession" };
  readonly sessionId: ReturnType<typeof sessionIdOf>;
  readonly key: SimulatedSessionKey;
  /** Signs what lets the player in, or back to a lane. */
  ticket(issuedAtMs: number, resume?: number): JoinOptions;
};

const SESSION_MS = 3_600_000;
const made = new Map<string, Login>();

/** The login of that number of that player: the same in every run, as making it costs more than all else of a player. */
export function loginOf(player: number, count: number): Login {
  const name = `player ${player} login ${count}`;
  const known = made.get(name);
  if (known !== undefined) return known;
  const key = sessionKeyOf(name);
  const wallet = walletOf(`player ${player}`);
  const grant: SessionGrant = {
    sessionKey: key.publicKey,
    game: countGame.name,
    payout: wallet.address,
    expiresAtMs: timestampMs(T0 + SESSION_MS),
  };
  const sessionId = sessionIdOf(FAST_CHAIN, grant);
  const login: Login = { open: openingOf(player, grant), sessionId, key, ticket };
  made.set(name, login);
  return login;

  function ticket(issuedAtMs: number, resume?: number): JoinOptions {
    const body = { sessionId, game: countGame.name, issuedAtMs: timestampMs(issuedAtMs) };
    const signature = bytesToHex(key.sign(joinTicketMessage(FAST_CHAIN, body)));
    return { ticket: body, signature, ...(resume === undefined ? {} : { resume }) };
  }
}

function openingOf(player: number, grant: SessionGrant): Login["open"] {
  const wallet = walletOf(`player ${player}`);
  const pass = BigInt(player);
  const message = createSiweMessage({
    address: wallet.address,
    chainId: ZK_CHAIN,
    domain: "localhost",
    issuedAt: new Date(T0),
    nonce: "12345678",
    uri: "http://localhost",
    version: "1",
    resources: [...loginResources(grant, pass)],
  });
  const signature = wallet.signMessage(message);
  const login = { type: "wallet" as const, message, signature, owner: wallet.address, pass };
  return { type: "openSession", grant, login, zkNumber: 0 as ChainNumber };
}
