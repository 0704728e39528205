import { restoreIdentity, type WeftClient } from "@weft/client-sdk";
import { z } from "zod";
import { findSession, forgetSession, keepSession } from "./keptSessions.ts";
import type { Player } from "./player.ts";

const STORED_AS = "weft.arena.player";

/** In sessionStorage: it ends with the tab, as a login of a wallet should. */
const keptSchema = z.object({
  kind: z.enum(["burner", "wallet"]),
  seed: z.templateLiteral(["0x", z.string()]),
  sessionId: z.string(),
  roomId: z.string().optional(),
});
type Kept = z.output<typeof keptSchema>;

/** So that a page that is loaded again goes on where it was. What can't be kept isn't: then one logs in again. */
export async function keepPlayer({ kind, identity, session }: Player, roomId?: string) {
  const kept: Kept = { kind, seed: identity.seed, sessionId: session.id };
  try {
    await keepSession(session.keep());
    const text = JSON.stringify(roomId === undefined ? kept : { ...kept, roomId });
    sessionStorage.setItem(STORED_AS, text);
  } catch {
    // no storage: a private window, or a full disk
  }
}

/** @returns undefined when there is nobody, or their session is over */
export async function restorePlayer(
  client: WeftClient,
): Promise<{ player: Player; roomId: string | undefined } | undefined> {
  const kept = readKept();
  if (kept === undefined) return undefined;
  try {
    const found = await findSession(kept.sessionId);
    if (found === undefined) return undefined;
    const session = await client.restoreSession(found);
    const identity = await restoreIdentity(kept.seed);
    const purse = client.wallet(identity.payoutAccount);
    return { player: { kind: kept.kind, client, identity, session, purse }, roomId: kept.roomId };
  } catch {
    await forgetPlayer();
    return undefined;
  }
}

export async function forgetPlayer(): Promise<void> {
  const kept = readKept();
  if (kept === undefined) return;
  sessionStorage.removeItem(STORED_AS);
  await forgetSession(kept.sessionId).catch(() => {});
}

function readKept(): Kept | undefined {
  try {
    const parsed = keptSchema.safeParse(JSON.parse(sessionStorage.getItem(STORED_AS) ?? "null"));
    return parsed.success ? parsed.data : undefined;
  } catch {
    return undefined;
  }
}
