import { Client, type Room as ColyseusRoom } from "@colyseus/sdk";
import type { ChainId, CodedError, Hash, JoinOptions } from "@weft/protocol";
import { ClientError, ServerError } from "../errors.ts";
import type { ClientGame, GameState } from "../game.ts";
import { MAX_UNSEQUENCED_FRAMES, RESUME_MS, SEAL_INTERVAL_MS } from "../limits.ts";
import type { JoinRoomOptions } from "../session/session.ts";
import { systemTimers } from "../timers.ts";
import { colyseusConnection } from "./colyseusConnection.ts";
import { createRoom } from "./createRoom.ts";
import { ResumingConnection } from "./resumingConnection.ts";
import type { JoinedRoom } from "./room.ts";
import type { RoomConnection, SeatTarget } from "./roomConnection.ts";

export type JoinContext<G extends ClientGame> = {
  readonly url: URL;
  readonly game: G;
  /** Signs what lets the player in: to a new lane, or back to one. */
  readonly ticket: (lane?: number) => Promise<JoinOptions>;
  readonly chainId: ChainId;
  readonly zkChainId: ChainId;
  readonly sessionId: Hash;
  readonly sign: (message: Uint8Array) => Promise<Uint8Array>;
};

/** Takes a seat with Colyseus, then builds the lane on it. Errors as `Session.join`. */
export async function joinRoom<G extends ClientGame>(
  { url, game, ticket, chainId, zkChainId, sessionId, sign }: JoinContext<G>,
  options: JoinRoomOptions,
): Promise<JoinedRoom<G>> {
  const rooms = new WeakMap<RoomConnection, ColyseusRoom<unknown, GameState<G>>>();
  const connect = async (roomId: string | undefined, lane?: number, isMove = false) => {
    const weft = await ticket(lane);
    // A changed program may have another state than the one that is known here: then it is as the server describes it.
    const state = isMove ? undefined : (game.state as new () => GameState<G>);
    const target = { url, name: game.name, roomId, state };
    const joinOptions = { ...options.options, weft };
    if (options.connect !== undefined) {
      return options.connect(target, joinOptions).catch((cause) => {
        throw joinError(cause, url);
      });
    }
    const colyseus = await takeSeat<G>(target, joinOptions);
    const connection = colyseusConnection(colyseus as ColyseusRoom<unknown, unknown>);
    rooms.set(connection, colyseus);
    return connection;
  };
  const first = await connect(options.roomId);
  const connection: ResumingConnection = new ResumingConnection({
    connection: first,
    resume: (lane) => connect(connection.roomId, lane),
    move: (roomId) => connect(roomId, undefined, true),
    timers: systemTimers,
    random: Math.random,
    resumeForMs: options.resumeForMs ?? RESUME_MS,
  });
  const room = await createRoom({
    connection,
    game,
    chainId,
    zkChainId,
    sessionId,
    sign,
    timers: systemTimers,
    maxUnsequencedFrames: options.maxUnsequencedFrames ?? MAX_UNSEQUENCED_FRAMES,
    sealIntervalMs: options.sealIntervalMs ?? SEAL_INTERVAL_MS,
    approveReport: (report) => options.approveReport?.(report) ?? true,
  });
  // added, not spread: the room's values are getters
  return Object.defineProperty(room, "colyseus", {
    get: () => rooms.get(connection.current),
    enumerable: true,
  }) as JoinedRoom<G>;
}

async function takeSeat<G extends ClientGame>(
  { url, name, roomId, state: stateClass }: SeatTarget,
  options: Record<string, unknown>,
): Promise<ColyseusRoom<unknown, GameState<G>>> {
  const client = new Client(url.href);
  const state = stateClass as (new () => GameState<G>) | undefined;
  try {
    return roomId === undefined
      ? await client.joinOrCreate<GameState<G>>(name, options, state)
      : await client.joinById<GameState<G>>(roomId, options, state);
  } catch (cause) {
    throw joinError(cause, url);
  }
}

/** A refusal's message starts with its code: Colyseus carries only a number and a text. */
const CODED_MESSAGE = /^([A-Z][A-Z0-9_]{2,63})(?::\s*(.*))?$/s;

/** Says what a failed join was. */
export function joinError(cause: unknown, url: URL): CodedError {
  const { message = "", code } = cause as { message?: string; code?: unknown };
  const coded = CODED_MESSAGE.exec(message);
  if (coded !== null) {
    return new ServerError(coded[1] ?? "", coded[2] ?? message, { details: { code }, cause });
  }
  // matchmaking's and WebSocket's codes are numbers; what fetch throws has none
  if (typeof code === "number") {
    return new ClientError("JOIN_REFUSED", `the join was refused: ${message}`, {
      details: { code },
      cause,
    });
  }
  return new ClientError("SERVER_UNREACHABLE", `no answer from ${url.origin}`, { cause });
}
