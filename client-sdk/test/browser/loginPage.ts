import { tally } from "@weft/game/testing";
import type { Hex } from "@weft/protocol";
import { privateKeyToAccount } from "viem/accounts";
import { createClient, createIdentity, type LoginProgress } from "../../src/index.ts";

/** What a page does, as an application would write it. Runs in a browser. */
export type LoginOutcome = {
  readonly payout: string;
  readonly expectedPayout: string;
  readonly phases: readonly string[];
  /** Paths of what was loaded from the game server besides its API. */
  readonly downloads: readonly string[];
  readonly finality: string;
};

export type LoginRequest = {
  readonly url: string;
  readonly key: Hex;
  readonly pass: bigint;
  /** Where the bundler has put the worker's program, if it doesn't find that by itself. */
  readonly workerUrl?: string;
};

export async function logInAndPlay(request: LoginRequest): Promise<LoginOutcome> {
  const { url, key, pass, workerUrl } = request;
  const downloads: string[] = [];
  const fetch: typeof globalThis.fetch = (input, init) => {
    const { pathname } = new URL(String(input));
    if (pathname.startsWith("/weft/circuits/")) downloads.push(pathname);
    return globalThis.fetch(input, init);
  };
  const createWorker = () => new Worker(workerUrl ?? "", { type: "module" });
  const prover = workerUrl === undefined ? {} : { createWorker };
  const client = createClient({ url, fetch, prover });
  const identity = await createIdentity(privateKeyToAccount(key));
  const phases = new Set<string>();
  const onProgress = ({ phase }: LoginProgress) => phases.add(phase);
  const session = await client.login({ identity, pass, game: tally, onProgress });
  const room = await session.join(tally);
  const { seq } = room.act.add({ n: 1 });
  await room.waitForFinality(seq, "sequenced");
  const finality = room.finalityOf(seq).level;
  await room.leave();
  await session.logout();
  return {
    payout: session.payout,
    expectedPayout: identity.payoutAccount.address.toLowerCase(),
    phases: [...phases],
    downloads,
    finality,
  };
}

/** @returns the code of the refusal */
export async function logInUntrusted({ url, key, pass }: LoginRequest): Promise<string> {
  const fetch: typeof globalThis.fetch = async (input, init) => {
    const isCircuit = new URL(String(input)).pathname.endsWith(".zkey");
    return isCircuit ? new Response("not the key") : globalThis.fetch(input, init);
  };
  await caches.delete("weft-circuits");
  const identity = await createIdentity(privateKeyToAccount(key));
  const login = createClient({ url, fetch }).login({ identity, pass, game: tally });
  return login.then(
    () => "it got in",
    (error: { code: string }) => error.code,
  );
}

/** Calls a login off in the middle of the proof. @returns the code, and how much of the proof was done */
export async function logInAndAbort({ url, key, pass }: LoginRequest) {
  const identity = await createIdentity(privateKeyToAccount(key));
  const stop = new AbortController();
  const shares: number[] = [];
  const onProgress = ({ phase, share }: LoginProgress) => {
    if (phase !== "proving") return;
    shares.push(share);
    if (share > 0) stop.abort();
  };
  const { signal } = stop;
  const login = createClient({ url }).login({ identity, pass, game: tally, onProgress, signal });
  const code = await login.then(
    () => "it got in",
    (error: { code: string }) => error.code,
  );
  return { code, shares };
}
