import type { Identity, Session, Wallet, WeftClient } from "@weft/client-sdk";

export type WalletKind = "burner" | "wallet";

/** Somebody who is logged in. */
export type Player = {
  readonly kind: WalletKind;
  readonly client: WeftClient;
  readonly identity: Identity;
  readonly session: Session;
  /** Where prizes go, and what is paid from: an account of the identity that nobody can tie to the wallet. */
  readonly purse: Wallet;
};
