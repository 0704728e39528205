/** For programs that play many players at once, such as load tests. In Node only. */
export { joinLean, type LeanJoinOptions, type LeanRoom } from "./joinLean.ts";
export { clientFrame, RawSocket } from "./rawSocket.ts";
