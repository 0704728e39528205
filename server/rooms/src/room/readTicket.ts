import { RoomsError } from "../errors.ts";
import { MAX_TICKET_AGE_MS, MAX_TICKET_AHEAD_MS } from "../limits.ts";
import { joinOptions, type ParsedJoinOptions } from "../login/loginBodies.ts";

/**
 * The join ticket out of Colyseus's join options, under the key `weft`. Whether it is genuine is for the
 * chain to say.
 * @throws RoomsError TICKET_MALFORMED, TICKET_EXPIRED
 */
export function readTicket(options: unknown, nowMs: number): ParsedJoinOptions {
  const weft = typeof options === "object" && options !== null && "weft" in options && options.weft;
  const parsed = joinOptions.safeParse(weft || undefined);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = ["weft", ...(issue?.path.map(String) ?? [])].join(".");
    throw new RoomsError("TICKET_MALFORMED", `${where}: ${issue?.message ?? "not as expected"}`);
  }
  const ageMs = nowMs - parsed.data.ticket.issuedAtMs;
  if (ageMs > MAX_TICKET_AGE_MS || ageMs < -MAX_TICKET_AHEAD_MS) {
    throw new RoomsError("TICKET_EXPIRED", "the ticket wasn't issued just now", {
      details: { ageMs, MAX_TICKET_AGE_MS, MAX_TICKET_AHEAD_MS },
    });
  }
  return parsed.data;
}
