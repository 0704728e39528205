/** For the simulator, which runs a player's end of a room on a clock and a network of its own. */
export { ClientError, ServerError } from "./errors.ts";
export { createRoom } from "./room/createRoom.ts";
export { ResumingConnection } from "./room/resumingConnection.ts";
export type { MessageName, RoomConnection } from "./room/roomConnection.ts";
export type { Timers } from "./timers.ts";
