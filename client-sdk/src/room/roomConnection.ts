import type { CodedError, Message } from "@weft/protocol";

export type MessageName = (typeof Message)[keyof typeof Message];

/** What a room needs of its connection. Colyseus's room is one; a test can play another. */
export interface RoomConnection {
  /** The room's id at the server. */
  readonly roomId: string;
  readonly isOpen: boolean;
  /** As last heard of. */
  readonly state: unknown;
  sendBytes(name: MessageName, bytes: Uint8Array): void;
  onMessage(name: MessageName, listener: (message: unknown) => void): void;
  onStateChange(listener: () => void): void;
  /** The connection broke. It is built up again by itself, then the room welcomes the player anew. */
  onDrop(listener: () => void): void;
  onError(listener: (code: number, message: string) => void): void;
  /** It is over: left, thrown out, or not to be built up again. `code` is a WebSocket close code. */
  onLeave(listener: (code: number, reason: string, error?: CodedError) => void): void;
  /** Leaves for good. */
  leave(): Promise<void>;
  /** Closes it without a word: the server keeps the place for a while. */
  abandon(): void;
}

/** Where a seat is to be taken. */
export type SeatTarget = {
  readonly url: URL;
  /** The game's. */
  readonly name: string;
  /** Undefined: any room with a free place, or a new one. */
  readonly roomId: string | undefined;
  /** The state's class; undefined: as the server describes it. */
  readonly state: (new () => object) | undefined;
};

/**
 * Takes a seat with Colyseus's matchmaking. Resolves when the room has let the client in and before its first message can
 * have arrived; rejects with a number as `code` where matchmaking or the room refused.
 */
export type ConnectRoom = (
  target: SeatTarget,
  options: Readonly<Record<string, unknown>>,
) => Promise<RoomConnection>;
