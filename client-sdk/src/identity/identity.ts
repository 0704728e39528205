import type { Address, Hash, Hex } from "@weft/protocol";
import type { PrivateKeyAccount } from "viem";

/** Who a player is to games without saying which wallet is theirs. Everything in it but `commitment` is private. */
export type Identity = {
  /** What is bound to a pass, on the ZK chain, for everybody to see. */
  readonly commitment: Hash;
  /** Private: who knows it can log in with the passes that `commitment` is bound to. */
  readonly secret: bigint;
  /** Where prizes go unless a login says otherwise: an account that nobody can tie to the wallet. */
  readonly payoutAccount: PrivateKeyAccount;
  /** Private: all of the above, for `restoreIdentity`. 64 bytes. */
  readonly seed: Hex;
};

const HEADING = "Weft identity, version 1";
const EXPLANATION =
  "Signing this makes the secret that you log in with, and the account that your prizes go to.";
const WARNING =
  "Sign it only where you play: whoever gets this signature can play with your passes and take your prizes.";

/** What a wallet signs to make its identity, by EIP-191. It never changes. */
export function identityMessage(address: Address): string {
  return [HEADING, "", EXPLANATION, WARNING, "", `Wallet: ${address.toLowerCase()}`].join("\n");
}
