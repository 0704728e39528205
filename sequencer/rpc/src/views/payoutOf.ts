import { type Address, decodeFastTransaction, type Hash } from "@weft/protocol";
import type { LedgerEntries } from "../ledgerIndex/ledgerEntries.ts";
import { durableBlock, type WeftContext } from "../weftContext.ts";

/** Where a session's prizes go, out of the transaction that opened it. */
export function payoutOf(
  { ledger }: WeftContext,
  { sessions }: LedgerEntries,
  sessionId: Hash,
): Address | undefined {
  const place = sessions.get(sessionId);
  const raw = place && durableBlock(ledger, place.height)?.transactions[place.index];
  if (raw === undefined) return undefined;
  const transaction = decodeFastTransaction(raw);
  return transaction.type === "openSession" ? transaction.grant.payout : undefined;
}
