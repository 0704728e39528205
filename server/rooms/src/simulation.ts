/** For the simulator, which runs rooms on a clock, a disk and a network of its own. */
export { RoomsError } from "./errors.ts";
export type { ParsedJoinOptions } from "./login/loginBodies.ts";
export { createRoomParts, type RoomParts } from "./room/createRoomParts.ts";
export { readTicket } from "./room/readTicket.ts";
export { type RebuiltRoom, rebuildRooms } from "./room/rebuildRooms.ts";
export { type Claim, RoomHost } from "./room/roomHost.ts";
export { RoomSnapshots } from "./room/roomSnapshots.ts";
export type { Peer, Seat } from "./room/seat.ts";
export { Ticker } from "./room/ticker.ts";
export { readPendingReport } from "./round/pendingReport.ts";
export type { RoundReports } from "./round/roundReports.ts";
export { roomSettings } from "./settings.ts";
