import type { Address, ServerInfo } from "@weft/protocol";
import type { PublicClient } from "viem";
import type { ChainAccount } from "./chain/chainAccount.ts";
import { createChainClients, type WeftChains } from "./chain/chainClients.ts";
import { createWallet, type Wallet } from "./chain/wallet.ts";
import { ClientError } from "./errors.ts";
import { type LoginOptions, login } from "./login/login.ts";
import type { ProverOptions } from "./login/loginMethod.ts";
import { createServerApi, type FaucetGift, type Fetch } from "./serverApi.ts";
import { createServerClock } from "./serverClock.ts";
import { createSession } from "./session/createSession.ts";
import { restoreSession } from "./session/restoreSession.ts";
import type { KeptSession, Session } from "./session/session.ts";

export type ClientOptions = {
  /** Where the game server is, such as `https://play.example.com`. */
  readonly url: string | URL;
  /** For HTTP requests to the game server. Default: the global one. */
  readonly fetch?: Fetch;
  /** How logins by ownership proof are proven. */
  readonly prover?: ProverOptions;
};

/** A connection to a game server and to its chains. Nothing is asked for before it is needed. */
export type WeftClient = {
  readonly url: string;
  /** What the server says of itself; asked once. */
  info(): Promise<ServerInfo>;
  /**
   * Proves that the player owns a pass, and opens a session with a new key. With an `identity` nobody learns which
   * pass it is; with a `wallet` everybody does.
   * @throws ServerError such as PASS_NOT_OWNED, LOGIN_ROOT_STALE; ClientError SERVER_UNREACHABLE, RESPONSE_INVALID,
   * LOGIN_UNSUPPORTED, WALLET_SIGNATURE_FAILED, SESSION_KEY_FAILED, OPTIONS_INVALID, and for an identity
   * IDENTITY_NOT_BOUND, ARTIFACT_UNAVAILABLE, ARTIFACT_MISMATCH, PROVER_UNAVAILABLE, PROOF_FAILED, ABORTED
   */
  login(options: LoginOptions): Promise<Session>;
  /**
   * A session that was kept, in a page that was loaded again; see `Session.keep`. Whether the server still has it is
   * seen at the next `join`.
   * @throws ClientError SESSION_EXPIRED, OPTIONS_INVALID for what was never kept, SERVER_UNREACHABLE, RESPONSE_INVALID
   */
  restoreSession(kept: KeptSession): Promise<Session>;
  /** Reads the ZK chain: a viem client. */
  readonly zk: PublicClient;
  /** Reads the fast chain: a viem client. */
  readonly fast: PublicClient;
  /** The chains' definitions, for viem and for wallets. */
  chains(): Promise<WeftChains>;
  /**
   * What an account owns and can do on both chains: a viem LocalAccount, or a WalletClient with an account around a browser's
   * wallet, which is asked to go to the chain that a transaction is for. The same account gives the same wallet.
   */
  wallet(account: ChainAccount): Wallet;
  /** Development servers only: mints a pass to the address, and sends it ZKPoW. */
  faucet(address: Address): Promise<FaucetGift>;
};

/** @throws ClientError OPTIONS_INVALID when `url` isn't one of http or https. */
export function createClient(options: ClientOptions): WeftClient {
  const url = checkedUrl(options.url);
  const fetch: Fetch = options.fetch ?? ((...request) => globalThis.fetch(...request));
  const api = createServerApi(url, fetch);
  const clock = createServerClock(() => performance.now());
  let asked: Promise<ServerInfo> | undefined;
  const info = () => {
    asked ??= api.info().then(
      (answer) => {
        clock.set(answer);
        return answer;
      },
      (error: unknown) => {
        asked = undefined;
        throw error;
      },
    );
    return asked;
  };
  const clients = createChainClients(info, url);
  const context = { url, api, clock };
  const loginEnvironment = { ...context, zk: clients.zk, fetch, prover: options.prover ?? {} };
  // One wallet an account: it takes nonces one after another.
  const wallets = new WeakMap<ChainAccount, Wallet>();
  const walletOf = (account: ChainAccount) => {
    const wallet = wallets.get(account) ?? createWallet(account, clients);
    wallets.set(account, wallet);
    return wallet;
  };
  return {
    url: url.href,
    info,
    login: async (loginOptions) =>
      createSession(await login(loginOptions, loginEnvironment), context),
    restoreSession: (kept) => restoreSession(kept, info, context),
    zk: clients.zk,
    fast: clients.fast,
    chains: clients.chains,
    wallet: walletOf,
    faucet: (address) => api.faucet(address.toLowerCase() as Address),
  };
}

function checkedUrl(given: string | URL): URL {
  const url = URL.parse(given);
  if (url !== null && (url.protocol === "http:" || url.protocol === "https:")) return url;
  throw new ClientError("OPTIONS_INVALID", `not an http or https address: ${given}`);
}
