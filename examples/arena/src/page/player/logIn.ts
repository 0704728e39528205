import {
  type ChainAccount,
  createIdentity,
  type Identity,
  type LoginProgress,
  type Session,
  type Wallet,
  type WeftClient,
} from "@weft/client-sdk";
import { arena } from "../../game/arena.ts";
import { browserWallet } from "./browserWallet.ts";
import { burnerWallet } from "./burnerWallet.ts";
import type { Player, WalletKind } from "./player.ts";

/** What is done from the button to the session, in order. */
export const LOGIN_STEPS = ["wallet", "pass", "bind", "circuit", "proving", "opening"] as const;
export type LoginStep = (typeof LOGIN_STEPS)[number];

export type LogInProgress = {
  readonly step: LoginStep;
  /** Of this step, from 0 to 1; 0 where that isn't known. */
  readonly share: number;
};

export type LogInOptions = {
  readonly client: WeftClient;
  readonly kind: WalletKind;
  readonly signal: AbortSignal;
  onProgress(progress: LogInProgress): void;
};

/** Makes or asks a wallet, gets it a pass if it has none, and proves it. @throws PageError, ClientError, ServerError */
export async function logIn({ client, kind, signal, onProgress }: LogInOptions): Promise<Player> {
  const tell = (step: LoginStep, share = 0) => onProgress({ step, share });
  tell("wallet");
  const account: ChainAccount =
    kind === "burner" ? burnerWallet(localStorage) : await browserWallet();
  const wallet = client.wallet(account);
  const identity = await createIdentity(account);
  signal.throwIfAborted();
  tell("pass");
  const { pass, isNew } = await findPass(client, wallet);
  signal.throwIfAborted();
  const prove = () =>
    client.login({ identity, pass, game: arena, signal, onProgress: (at) => tell(...stepOf(at)) });
  const session = await bound({ wallet, identity, pass, isNew, tell, prove });
  return { kind, client, identity, session, purse: client.wallet(identity.payoutAccount) };
}

const stepOf = ({ phase, share }: LoginProgress): [LoginStep, number] =>
  phase === "state" ? ["circuit", 0] : [phase, share];

/** The one it has, or one of the faucet. */
async function findPass(
  client: WeftClient,
  wallet: Wallet,
): Promise<{ pass: bigint; isNew: boolean }> {
  const [owned] = await wallet.passes();
  if (owned !== undefined) return { pass: owned, isNew: false };
  return { pass: (await client.faucet(wallet.address)).pass, isNew: true };
}

type Binding = {
  readonly wallet: Wallet;
  readonly identity: Identity;
  readonly pass: bigint;
  readonly isNew: boolean;
  tell(step: LoginStep): void;
  prove(): Promise<Session>;
};

/** Logs in, and binds the identity to the pass where that hasn't been done, which takes a transaction. */
async function bound({ wallet, identity, pass, isNew, tell, prove }: Binding): Promise<Session> {
  const bind = async () => {
    tell("bind");
    await wallet.bindPass({ pass, identity });
  };
  if (isNew) await bind();
  try {
    return await prove();
  } catch (error) {
    if (isNew || (error as { code?: string }).code !== "IDENTITY_NOT_BOUND") throw error;
    await bind();
    return await prove();
  }
}
