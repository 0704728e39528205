import { queryObjects } from "node:v8";
import { matchMaker } from "@colyseus/core";
import type { WeftNode } from "@weft/node";
import { answerQuestions } from "../../bench/rooms/answering.ts";
import { memoryInUse } from "../../bench/rooms/counters.ts";
import type { GameServer } from "../../src/types.ts";
import { createTally } from "../testGame.ts";
import { DrivenTime } from "./drivenTime.ts";
import type { Census, MemoryServerQuestions, Moment } from "./messages.ts";

/** A whole server whose time is driven from outside, and which counts what it holds. */

const time = DrivenTime.install();
// Not before: some of it reads the clock when it is loaded.
const { createGameServer } = await import("../../src/createGameServer.ts");
const { LaneIntake } = await import("../../src/room/laneIntake.ts");
const { RoomRuntime } = await import("../../src/room/roomRuntime.ts");
const { Seat } = await import("../../src/room/seat.ts");
const { WeftRoom } = await import("../../src/room/WeftRoom.ts");
const { RoundRunner } = await import("../../src/round/roundRunner.ts");
const { silentLogger } = await import("@weft/node");

const WAITING: readonly string[] = ["opening", "reporting"];
const seen = new Set<string>();
let server: GameServer;
let reported = 0;

answerQuestions<MemoryServerQuestions>({
  async start({ dataDir, game }) {
    server = await createGameServer({
      games: { tally: createTally(game) },
      dataDir,
      transport: "ws",
      rpc: { port: 0 },
      logger: { ...silentLogger, error: console.error },
    });
    server.onRound(({ phase }) => {
      if (phase === "reported") reported++;
    });
    const { url } = await server.listen(0);
    return { url, nowMs: Date.now() };
  },
  drive() {
    time.drive();
    return null;
  },
  async advance(ms) {
    await time.advance(ms);
    return moment();
  },
  census,
});

function moment(): Moment {
  const rooms = server.rooms();
  for (const { roomId } of rooms) seen.add(roomId);
  return {
    nowMs: Date.now(),
    waiting: rooms.filter(({ phase }) => WAITING.includes(phase)).length,
    reported,
    closedRooms: seen.size - rooms.length,
  };
}

async function census(): Promise<Census> {
  const heapBytes = memoryInUse();
  return {
    heapBytes,
    rssBytes: process.memoryUsage().rss,
    counts: {
      ...objects({ Seat, RoomRuntime, LaneIntake, WeftRoom, RoundRunner }),
      ...onTheChain(server.node),
      "listed rooms": (await matchMaker.query({})).length,
      timers: time.timers,
      handles: process.getActiveResourcesInfo().filter((type) => type !== "TCPSocketWrap").length,
      sockets: process.getActiveResourcesInfo().filter((type) => type === "TCPSocketWrap").length,
    },
  };
}

/** Of each class, its subclasses included, and whether anybody ought to hold them still or not. */
function objects(classes: Readonly<Record<string, unknown>>): Record<string, number> {
  const counted = Object.entries(classes).map(([name, of]) => [
    name,
    queryObjects(of as abstract new () => object, { format: "count" }),
  ]);
  return Object.fromEntries(counted);
}

function onTheChain({ fastChain }: WeftNode): Record<string, number> {
  const rooms = fastChain.rooms();
  return {
    sessions: [...fastChain.sessions()].length,
    "rooms on the chain": rooms.length,
    lanes: rooms.reduce((sum, { lanes }) => sum + lanes.length, 0),
  };
}
