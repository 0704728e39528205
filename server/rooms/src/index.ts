export { createGameServer } from "./createGameServer.ts";
export { DropCode, type RefusalCode, RoomsError, type RoomsErrorCode } from "./errors.ts";
export type { Seat } from "./room/seat.ts";
export { WeftRoom } from "./room/WeftRoom.ts";
export { gameIdOf } from "./round/gameId.ts";
export type { RoundPhase } from "./round/roundMachine.ts";
export type { RoundChange } from "./round/roundRunner.ts";
export { stopOnSignals } from "./stopOnSignals.ts";
export type * from "./types.ts";
