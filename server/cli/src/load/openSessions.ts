import { createIdentity, type Session, type WeftClient } from "@weft/client-sdk";
import { CodedError, type Hex } from "@weft/protocol";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { CliError } from "../errors.ts";
import { eachOf } from "./eachOf.ts";
import {
  LOGIN_PATIENCE_MS,
  LOGIN_RETRY_MS,
  PROOF_LOGINS_AT_ONCE,
  WALLET_LOGINS_AT_ONCE,
} from "./limits.ts";
import type { LoadPlayer } from "./playersFile.ts";

export type LoginProgress = {
  readonly done: number;
  readonly total: number;
  /** The server's newest code for "not now", and what said so: `faucet RATE_LIMITED`. */
  readonly heldBy: string | undefined;
};

export type OpenSessionsOptions = {
  readonly client: WeftClient;
  /** The game's name. */
  readonly game: string;
  readonly count: number;
  /** Those who are there already; new ones are added, and passes noted. */
  readonly players: LoadPlayer[];
  readonly onProgress: (progress: LoginProgress) => void;
  readonly nowMs: () => number;
  readonly wait: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly signal: AbortSignal;
};

/** With these a server says no for now; one that has answered before, and doesn't, has too much to do. */
const NOT_NOW = new Set([
  "RATE_LIMITED",
  "LOGIN_BUSY",
  "BLOCK_FULL",
  "ZK_CHAIN_UNAVAILABLE",
  "SERVER_UNREACHABLE",
]);
/** The pass isn't the wallet's here: it was sold, or is of another ledger. */
const NO_PASS = new Set(["PASS_UNKNOWN", "PASS_NOT_OWNED", "IDENTITY_NOT_BOUND"]);

/**
 * Logs players in as any would: each with a wallet of its own and a pass, from the faucet where it has none. Holds back
 * where the server says so.
 * @throws CliError NO_FAUCET; ClientError, ServerError of the faucet and of logins; whatever `signal` was aborted with
 */
export async function openSessions(options: OpenSessionsOptions): Promise<Session[]> {
  const { client, game, count, players, signal } = options;
  const { gameLogins, logins, faucet } = await client.info();
  const byWallet = (gameLogins[game]?.logins ?? logins).includes("wallet");
  const missing = count - players.length;
  if (missing > 0 && !faucet) {
    throw new CliError(
      "NO_FAUCET",
      `the server gives no passes away: ${missing} more players with passes are needed, see --players`,
      { details: { players: players.length, needed: count } },
    );
  }
  while (players.length < count) players.push({ key: generatePrivateKey() });
  const door = new Door(options, byWallet);
  const sessions: Session[] = [];
  const numbers = Array.from({ length: count }, (_, number) => number);
  const atOnce = byWallet ? WALLET_LOGINS_AT_ONCE : PROOF_LOGINS_AT_ONCE;
  await eachOf(numbers, atOnce, async (number) => {
    const player = players[number];
    if (player === undefined) throw new Error(`no player ${number}`);
    sessions[number] = await door.letIn(player);
  });
  signal.throwIfAborted();
  return sessions;
}

/** Where all have to pass, and what holds them up there. */
class Door {
  readonly #options: OpenSessionsOptions;
  readonly #byWallet: boolean;
  #done = 0;
  #heldBy: string | undefined;
  #lastMs: number;

  constructor(options: OpenSessionsOptions, byWallet: boolean) {
    this.#options = options;
    this.#byWallet = byWallet;
    this.#lastMs = options.nowMs();
  }

  async letIn(player: LoadPlayer): Promise<Session> {
    const { signal, nowMs, onProgress, count: total } = this.#options;
    for (;;) {
      signal.throwIfAborted();
      try {
        if (player.pass === undefined) await this.#givePass(player);
        const session = await this.#logIn(player);
        this.#lastMs = nowMs();
        onProgress({ done: ++this.#done, total, heldBy: this.#heldBy });
        return session;
      } catch (error) {
        await this.#hold(player, error);
        onProgress({ done: this.#done, total, heldBy: this.#heldBy });
      }
    }
  }

  async #givePass(player: LoadPlayer): Promise<void> {
    const { client } = this.#options;
    const { pass } = await client.faucet(addressOf(player.key));
    player.pass = pass.toString();
  }

  async #logIn(player: LoadPlayer): Promise<Session> {
    const { client, game } = this.#options;
    const wallet = privateKeyToAccount(player.key as Hex);
    const pass = BigInt(player.pass ?? 0);
    if (this.#byWallet) return client.login({ wallet, pass, game });
    const identity = await createIdentity(wallet);
    if (player.bound !== true) await client.wallet(wallet).bindPass({ pass, identity });
    player.bound = true;
    return client.login({ identity, pass, game });
  }

  /** @returns when it makes sense to try again. Throws what no waiting helps against. */
  async #hold(player: LoadPlayer, error: unknown): Promise<void> {
    const { nowMs, wait, signal, client } = this.#options;
    if (!(error instanceof CodedError)) throw error;
    const { code } = error;
    if (NO_PASS.has(code) && player.pass !== undefined && (await client.info()).faucet) {
      // A file of another server's players: here they begin anew.
      delete player.pass;
      delete player.bound;
      return;
    }
    if (!NOT_NOW.has(code) || nowMs() - this.#lastMs > LOGIN_PATIENCE_MS) throw error;
    this.#heldBy = `${player.pass === undefined ? "faucet" : "login"} ${code}`;
    // The faucet remembers who asked in vain: better be somebody else than wait for that to pass.
    if (player.pass === undefined) player.key = generatePrivateKey();
    await wait(LOGIN_RETRY_MS, signal);
  }
}

const addressOf = (key: string) => privateKeyToAccount(key as Hex).address;
