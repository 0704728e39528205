import {
  bytesToHex,
  type Hex,
  type JoinOptions,
  type JoinTicket,
  joinTicketMessage,
  LOGOUT_GAME,
  timestampMs,
} from "@weft/protocol";
import { ClientError } from "../errors.ts";
import type { ClientGame } from "../game.ts";
import type { LoggedIn } from "../login/login.ts";
import { joinRoom } from "../room/joinRoom.ts";
import type { JoinedRoom } from "../room/room.ts";
import type { ServerApi } from "../serverApi.ts";
import type { ServerClock } from "../serverClock.ts";
import type { JoinRoomOptions, Session } from "./session.ts";

export type SessionContext = {
  readonly url: URL;
  readonly api: ServerApi;
  readonly clock: ServerClock;
};

export function createSession(loggedIn: LoggedIn, { url, api, clock }: SessionContext): Session {
  const { sessionId, grant, signer, info } = loggedIn;
  let newestTicketMs = 0;

  const signTicket = async (game: string): Promise<{ ticket: JoinTicket; signature: Hex }> => {
    // each is later than the one before, even within a millisecond
    newestTicketMs = Math.max(newestTicketMs + 1, clock.nowMs());
    const ticket = { sessionId, game, issuedAtMs: timestampMs(newestTicketMs) };
    const signature = await signer.sign(joinTicketMessage(info.fastChainId, ticket));
    return { ticket, signature: bytesToHex(signature) };
  };

  const joinTicket = async (resume?: number): Promise<JoinOptions> => {
    // Machines sleep and clocks drift: a ticket is good for a minute, by the server's clock.
    clock.set(await api.info());
    if (clock.nowMs() >= grant.expiresAtMs) {
      throw new ClientError("SESSION_EXPIRED", "the session is over: log in again");
    }
    return { ...(await signTicket(grant.game)), ...(resume === undefined ? {} : { resume }) };
  };

  const join = async <G extends ClientGame>(
    game: G,
    options: JoinRoomOptions = {},
  ): Promise<JoinedRoom<G>> => {
    if (game.name !== grant.game) {
      throw new ClientError("SESSION_WRONG_GAME", `the session is for ${grant.game}`, {
        details: { game: game.name },
      });
    }
    const { sign } = signer;
    const { fastChainId: chainId, zkChainId } = info;
    const ticket = joinTicket;
    return joinRoom({ url, game, ticket, chainId, zkChainId, sessionId, sign }, options);
  };

  return {
    id: sessionId,
    game: grant.game,
    payout: grant.payout,
    expiresAtMs: grant.expiresAtMs,
    join,
    keep: () => ({ id: sessionId, grant, privateKey: signer.privateKey }),
    async logout() {
      const { ticket, signature } = await signTicket(LOGOUT_GAME);
      await api.logout({ sessionId, issuedAtMs: ticket.issuedAtMs, signature });
    },
  };
}
