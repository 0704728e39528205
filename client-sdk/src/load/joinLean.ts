import { Message } from "@weft/protocol";
import type { ClientGame, GameState } from "../game.ts";
import type { Room } from "../room/room.ts";
import type { JoinRoomOptions, Session } from "../session/session.ts";
import { RawConnection } from "./rawConnection.ts";

export type LeanJoinOptions = Omit<JoinRoomOptions, "connect" | "resumeForMs"> & {
  /** A new room rather than one with a free place, where there is no `roomId`. Default false. */
  readonly create?: boolean;
  /** Whether `room.state` is read. Default false: that costs most of what a client costs. */
  readonly readState?: boolean;
  /** Told of all that the server refuses, with its code: also of what the lane gets over by sending it again. */
  readonly onRefusal?: (code: string) => void;
};

/** A place in a room that takes little of its process. */
export type LeanRoom<G extends ClientGame> = {
  readonly room: Omit<Room<G>, "state"> & { readonly state: GameState<G> | undefined };
  /** What its connection has carried so far, in bytes. */
  traffic(): { readonly bytesIn: number; readonly bytesOut: number };
  /** Resolves when the connection has ended, also by `leave`, with its WebSocket close code: 1006 for one that broke. */
  readonly closed: Promise<number>;
};

/**
 * Takes a place as `session.join` does, for programs that play thousands of players: lanes, seals, resending and
 * co-signatures are the SDK's own, the connection is a bare one. It isn't built up again once it is lost. Errors as
 * `Session.join`. In Node only.
 */
export async function joinLean<G extends ClientGame>(
  session: Session,
  game: G,
  { create = false, readState = false, onRefusal, ...options }: LeanJoinOptions = {},
): Promise<LeanRoom<G>> {
  const { promise: closed, resolve: close } = Promise.withResolvers<number>();
  let connection: RawConnection | undefined;
  const room = await session.join(game, {
    ...options,
    resumeForMs: 0,
    async connect(target, joinOptions) {
      connection = await RawConnection.connect(target, joinOptions, { create, readState });
      connection.onLeave(close);
      connection.onMessage(Message.refusal, (message) => {
        const { code } = (message ?? {}) as { code?: unknown };
        if (typeof code === "string") onRefusal?.(code);
      });
      return connection;
    },
  });
  return {
    room,
    closed,
    traffic: () => ({ bytesIn: connection?.bytesIn ?? 0, bytesOut: connection?.bytesOut ?? 0 }),
  };
}
