import type { Address, Hash, SessionGrant, TimestampMs } from "@weft/protocol";
import type { ClientGame } from "../game.ts";
import type { ApproveReport } from "../room/coSigner.ts";
import type { JoinedRoom } from "../room/room.ts";
import type { ConnectRoom } from "../room/roomConnection.ts";

export type JoinRoomOptions = {
  /** A certain room, by its id at the server; otherwise one with a free place, or a new one. */
  readonly roomId?: string;
  /** Actions that may wait to be sequenced before more are refused. Default 2048. */
  readonly maxUnsequencedFrames?: number;
  /** How often unsealed actions are sealed. Default 1000, under the server's timeout of some 5 s. */
  readonly sealIntervalMs?: number;
  /**
   * Judges a round's report before this player co-signs it, once the SDK has found nothing wrong with it: are
   * the results what the player saw, do the prizes follow from them? Without it, all that are found
   * right are signed. The room waits for the answer for about two seconds.
   */
  readonly approveReport?: ApproveReport;
  /** How long to try to come back after the connection was lost, restarts of the server included. Default 120,000. */
  readonly resumeForMs?: number;
  /** Sent along for rooms that are made by hand; not signed. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Takes the seat and talks to the room in place of Colyseus's SDK: then there is no `room.colyseus`. */
  readonly connect?: ConnectRoom;
};

/**
 * A session to be kept where a reloaded page finds it: in IndexedDB, which takes keys that can't be read out. Text, as
 * localStorage wants it, can't hold it.
 */
export type KeptSession = {
  readonly id: Hash;
  readonly grant: SessionGrant;
  /** Not extractable: whoever has this object can sign with it, and can't copy it elsewhere. */
  readonly privateKey: CryptoKey;
};

/** A login. Its key lives in this object, and where `keep` was put. */
export type Session = {
  /** Public. */
  readonly id: Hash;
  readonly game: string;
  readonly payout: Address;
  readonly expiresAtMs: TimestampMs;
  /**
   * Takes a place in a room of the session's game.
   * @throws ClientError SESSION_EXPIRED, SESSION_WRONG_GAME, JOIN_REFUSED, JOIN_TIMEOUT,
   * SERVER_UNREACHABLE, LANE_DIVERGED; ServerError with the server's code.
   */
  join<G extends ClientGame>(game: G, options?: JoinRoomOptions): Promise<JoinedRoom<G>>;
  /** What `client.restoreSession` makes the session of again, in another page of the same browser. */
  keep(): KeptSession;
  /** Ends the session at the server, and with it its places in rooms. */
  logout(): Promise<void>;
};
