import type { LoginRequest, ServerInfo, SessionGrant } from "@weft/protocol";
import type { PublicClient } from "viem";
import type { ProverArtifacts } from "../prover/artifacts.ts";
import type { Fetch, ServerApi } from "../serverApi.ts";
import type { ServerClock } from "../serverClock.ts";
import type { SessionSigner } from "../session/sessionKey.ts";

/** How logins by ownership proof are proven. */
export type ProverOptions = {
  /**
   * Makes the worker that proves, a new one each time, where a bundler or a policy needs it done in a way of its own.
   * Its program is `@weft/client-sdk/prover-worker`. In Node: a `Worker` of node:worker_threads.
   */
  readonly createWorker?: () => unknown;
  /** The set-up that is trusted, where the server's isn't the one that this SDK was built with. */
  readonly artifacts?: ProverArtifacts;
  /**
   * Whether the worker may use more workers, one for each core, from blob: URLs, which a page's content security policy may
   * forbid. Without them it takes longer. Default true.
   */
  readonly parallel?: boolean;
};

/** What a login has to prove something about, and what it can do it with. */
export type LoginContext = {
  readonly grant: SessionGrant;
  readonly info: ServerInfo;
  readonly api: ServerApi;
  /** Reads the ZK chain. */
  readonly zk: PublicClient;
  readonly fetch: Fetch;
  readonly prover: ProverOptions;
  /** Where the server is, as the player knows it. */
  readonly url: URL;
  /** The server's time when the grant was made. */
  readonly nowMs: number;
  /** The server's clock. */
  readonly clock: ServerClock;
  /** Signs with the grant's session key. */
  readonly signer: SessionSigner;
};

/** A way to show that one owns a pass. */
export type LoginMethod = {
  readonly type: LoginRequest["login"]["type"];
  /** Where prizes go unless the player says otherwise. */
  readonly defaultPayout: SessionGrant["payout"];
  prove(context: LoginContext): Promise<LoginRequest["login"]>;
};
