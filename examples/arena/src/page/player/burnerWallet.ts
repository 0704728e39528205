import type { Hex } from "@weft/protocol";
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";

const STORED_AS = "weft.arena.burner";

/** A wallet that is made in the page and lives in its storage: good to play with, and for nothing that is dear. */
export function burnerWallet(storage: Pick<Storage, "getItem" | "setItem">): PrivateKeyAccount {
  const stored = storage.getItem(STORED_AS);
  const isKey = stored !== null && /^0x[0-9a-f]{64}$/.test(stored);
  const key = isKey ? (stored as Hex) : generatePrivateKey();
  if (!isKey) storage.setItem(STORED_AS, key);
  return privateKeyToAccount(key);
}
