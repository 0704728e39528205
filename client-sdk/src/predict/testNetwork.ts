import { Decoder, type Schema } from "@colyseus/schema";
import type { Game } from "@weft/game";
import { chainId as toChainId } from "@weft/protocol";
import { createChance } from "@weft/protocol/testing";
import type { z } from "zod";
import { createRoom } from "../room/createRoom.ts";
import type { MessageName, RoomConnection } from "../room/roomConnection.ts";
import { origin, testSignature } from "../room/testLane.ts";
import type { PredictedRoom } from "./prediction.ts";
import { type SimulatedOptions, SimulatedServer } from "./testServer.ts";
import { Link, VirtualTime } from "./testTime.ts";

/** A client's connection, over a simulated network. */
class SimulatedConnection<State extends Schema> implements RoomConnection {
  readonly roomId = "room";
  isOpen = true;
  /** Where Colyseus would decode what comes. */
  decoder: Decoder<State>;
  readonly #up: Link;
  readonly #take: (name: string, bytes: Uint8Array) => void;
  readonly #messages = new Map<string, (message: unknown) => void>();
  #onState = () => {};
  #onDrop = () => {};

  constructor(state: State, up: Link, take: (name: string, bytes: Uint8Array) => void) {
    this.decoder = new Decoder(state);
    this.#up = up;
    this.#take = take;
  }

  get state(): State {
    return this.decoder.state;
  }

  sendBytes(name: MessageName, bytes: Uint8Array): void {
    const copy = Uint8Array.from(bytes);
    this.#up.send(() => this.#take(name, copy));
  }

  onMessage(name: MessageName, listener: (message: unknown) => void): void {
    this.#messages.set(name, listener);
  }

  onStateChange(listener: () => void): void {
    this.#onState = listener;
  }

  onDrop(listener: () => void): void {
    this.#onDrop = listener;
  }

  onError(): void {}
  onLeave(): void {}
  async leave(): Promise<void> {}
  abandon(): void {}

  receive(name: string, message: unknown): void {
    if (name === "state") {
      this.decoder.decode(message as Uint8Array);
      this.#onState();
    } else {
      // as msgpack would
      this.#messages.get(name)?.(structuredClone(message));
    }
  }

  drop(): void {
    this.isOpen = false;
    this.#onDrop();
  }
}

/** A server with one room, and a client in it, with a network between them. */
export async function simulate<State extends Schema, Inputs extends Record<string, z.ZodType>>(
  game: Game<State, Inputs>,
  options: SimulatedOptions,
) {
  const time = new VirtualTime();
  const chance = createChance(options.seed);
  const up = new Link(time, options, chance);
  const down = new Link(time, options, chance);
  const server = new SimulatedServer(game, time, options, chance);
  const connection = new SimulatedConnection(new game.state(), up, (name, bytes) =>
    server.take(name, bytes),
  );
  server.send = (name, message) => down.send(() => connection.receive(name, message));
  const joining = createRoom<Game<State, Inputs>>({
    connection,
    game,
    chainId: origin.chainId,
    zkChainId: toChainId(5700),
    sessionId: origin.sessionId,
    sign: async (message) => testSignature(message),
    timers: time,
    maxUnsequencedFrames: 1000,
    sealIntervalMs: 1000,
    approveReport: () => true,
  });
  server.connect();
  await time.advanceTo(JOINED_MS);
  const joined = await joining;
  // Colyseus's room is no more to prediction than where its decoder is.
  const colyseus = () => ({ serializer: { decoder: connection.decoder } });
  const room = new Proxy(joined, {
    get: (target, key) => (key === "colyseus" ? colyseus() : Reflect.get(target, key)),
  }) as unknown as PredictedRoom<Game<State, Inputs>>;
  return {
    time,
    server,
    room,
    me: origin.sessionId,
    up,
    down,
    /** The connection breaks, and after a while there is a new one; of a server that was started anew, with a new state. */
    async reconnect(afterMs: number, isNewProcess: boolean): Promise<void> {
      server.disconnect();
      up.cut();
      down.cut();
      connection.drop();
      await time.advanceTo(time.nowMs + afterMs);
      if (isNewProcess) connection.decoder = new Decoder(new game.state());
      connection.isOpen = true;
      server.connect();
    },
  };
}

/** Long enough for a welcome and a state. */
const JOINED_MS = 1000;
