import type { Room as ColyseusRoom } from "@colyseus/sdk";
import { MAX_RECONNECT_PAUSE_MS, MIN_RECONNECT_PAUSE_MS } from "../limits.ts";
import { reconnectPauseMs } from "./resumingConnection.ts";
import type { RoomConnection } from "./roomConnection.ts";

/** Colyseus's room as a connection. Give it before the first message can have arrived. */
export function colyseusConnection(room: ColyseusRoom<unknown, unknown>): RoomConnection {
  // A drop right after joining is one like any other: the lane's numbers sort out what got through.
  room.reconnection.minUptime = 0;
  // Whoever resumes says when it has been long enough.
  room.reconnection.maxRetries = Number.POSITIVE_INFINITY;
  room.reconnection.minDelay = 0;
  room.reconnection.maxDelay = 2 * MAX_RECONNECT_PAUSE_MS;
  room.reconnection.delay = MIN_RECONNECT_PAUSE_MS;
  room.reconnection.backoff = (attempt) => reconnectPauseMs(attempt - 1, Math.random);
  let leaving = false;
  // An attempt to reconnect can't be called off; the one that gets through leaves at once.
  room.onReconnect(() => {
    if (leaving) void room.leave();
  });
  return {
    roomId: room.roomId,
    get isOpen() {
      return room.connection.isOpen;
    },
    get state() {
      return room.state;
    },
    sendBytes: (name, bytes) => room.sendBytes(name, bytes),
    onMessage: (name, listener) => void room.onMessage(name, listener),
    onStateChange: (listener) => void room.onStateChange(() => listener()),
    onDrop: (listener) => void room.onDrop(() => listener()),
    onError: (listener) => void room.onError((code, message) => listener(code, message ?? "")),
    onLeave: (listener) => void room.onLeave((code, reason) => listener(code, reason ?? "")),
    async leave() {
      leaving = true;
      room.reconnection.maxRetries = 0;
      if (room.connection.isOpen) await room.leave();
    },
    abandon() {
      leaving = true;
      room.reconnection.enabled = false;
      room.connection.close();
    },
  };
}
