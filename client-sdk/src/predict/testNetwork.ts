import { Decoder, Encoder, type Schema } from "@colyseus/schema";
import { createGameInstance, type Game, type GameInstance } from "@weft/game";
import {
  decodeFrame,
  extendLane,
  type Hash,
  type LaneHead,
  ledgerHeight,
  Message,
  type StateStamp,
  chainId as toChainId,
  type Value,
} from "@weft/protocol";
import type { z } from "zod";
import { createRoom } from "../room/createRoom.ts";
import type { RoomConnection } from "../room/roomConnection.ts";
import { origin, start, testSignature } from "../room/testLane.ts";
import type { PredictedRoom } from "./prediction.ts";

/** Numbers that look like chance and are the same for the same seed. */
function createChance(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Time that passes when the test says so. */
class VirtualTime {
  nowMs = 0;
  #events: { atMs: number; order: number; run: () => void }[] = [];
  #order = 0;

  at(atMs: number, run: () => void): () => void {
    const event = { atMs: Math.max(atMs, this.nowMs), order: this.#order++, run };
    this.#events.push(event);
    return () => {
      this.#events = this.#events.filter((other) => other !== event);
    };
  }

  after(delayMs: number, run: () => void): () => void {
    return this.at(this.nowMs + delayMs, run);
  }

  /** What is waited for goes on between any two events. */
  async advanceTo(untilMs: number): Promise<void> {
    for (;;) {
      for (let turn = 0; turn < 4; turn++) await Promise.resolve();
      const [next] = this.#events
        .filter(({ atMs }) => atMs <= untilMs)
        .sort((a, b) => a.atMs - b.atMs || a.order - b.order);
      if (next === undefined) break;
      this.#events = this.#events.filter((other) => other !== next);
      this.nowMs = next.atMs;
      next.run();
    }
    this.nowMs = untilMs;
  }
}

export type LinkConditions = {
  /** One way, in ms. */
  readonly latencyMs: number;
  /** Up to so many ms more. */
  readonly jitterMs: number;
  /** Share of messages whose packet is lost: it is sent again, and all that is behind it waits. */
  readonly loss: number;
};

/** What a lost packet costs before it is sent again, as TCP has it at the least. */
const RETRANSMIT_MS = 200;

/** One direction of a connection like TCP: in order, nothing lost, sometimes late. */
class Link {
  conditions: LinkConditions;
  readonly #time: VirtualTime;
  readonly #chance: () => number;
  #lastMs = 0;
  #generation = 0;

  constructor(time: VirtualTime, conditions: LinkConditions, chance: () => number) {
    this.#time = time;
    this.conditions = conditions;
    this.#chance = chance;
  }

  send(deliver: () => void): void {
    const { latencyMs, jitterMs, loss } = this.conditions;
    let delayMs = latencyMs + this.#chance() * jitterMs;
    while (this.#chance() < loss) delayMs += RETRANSMIT_MS;
    this.#lastMs = Math.max(this.#lastMs, this.#time.nowMs + delayMs);
    const generation = this.#generation;
    this.#time.at(this.#lastMs, () => {
      if (generation === this.#generation) deliver();
    });
  }

  /** What is on its way is lost. */
  cut(): void {
    this.#generation++;
  }
}

export type SimulatedOptions = LinkConditions & {
  readonly seed: number;
  readonly others?: number;
  readonly patchMs?: number;
  /** Up to so many ms that the server's timers are late. */
  readonly timerMs?: number;
};

const hashOf = (n: number): Hash => `0x${n.toString(16).padStart(64, "0")}`;
const payoutOf = (n: number): `0x${string}` => `0x${n.toString(16).padStart(40, "0")}`;
const { sessionId: ME, lane: LANE, room: ADDRESS, chainId: CHAIN_ID } = origin;
/** The server's clock has nothing to do with the client's. */
const SERVER_AHEAD_MS = 1_790_000_000_000;

/** A server with one room as server/rooms has them, and one client of it, with a network between them. */
export async function simulate<State extends Schema, Inputs extends Record<string, z.ZodType>>(
  game: Game<State, Inputs>,
  options: SimulatedOptions,
) {
  const time = new VirtualTime();
  const chance = createChance(options.seed);
  const up = new Link(time, options, chance);
  const down = new Link(time, options, chance);
  const server = new SimulatedServer(game, time, options, chance);
  const listeners = new Map<string, (message: unknown) => void>();
  const on = { state: () => {}, drop: () => {} };
  let decoder = new Decoder(new game.state());
  let isOpen = true;
  server.send = (name, message) =>
    down.send(() => {
      if (name === "patch" || name === "state") {
        decoder.decode(message as Uint8Array);
        on.state();
      } else {
        // as msgpack would
        listeners.get(name)?.(structuredClone(message));
      }
    });
  const connection: RoomConnection = {
    roomId: "room",
    get isOpen() {
      return isOpen;
    },
    get state() {
      return decoder.state;
    },
    sendBytes(name, bytes) {
      const copy = Uint8Array.from(bytes);
      up.send(() => server.take(name, copy));
    },
    onMessage: (name, listener) => void listeners.set(name, listener),
    onStateChange: (listener) => void Object.assign(on, { state: listener }),
    onDrop: (listener) => void Object.assign(on, { drop: listener }),
    onError() {},
    onLeave() {},
    async leave() {},
    abandon() {},
  };
  const joining = createRoom<Game<State, Inputs>>({
    connection,
    game,
    chainId: CHAIN_ID,
    zkChainId: toChainId(5700),
    sessionId: ME,
    sign: async (message) => testSignature(message),
    timers: time,
    maxUnsequencedFrames: 1000,
    sealIntervalMs: 1000,
    approveReport: () => true,
  });
  server.connect();
  await time.advanceTo(500);
  const joined = await joining;
  const colyseus = () => ({ serializer: { decoder }, state: decoder.state });
  const room = new Proxy(joined, {
    get: (target, key) => (key === "colyseus" ? colyseus() : Reflect.get(target, key)),
  }) as unknown as PredictedRoom<Game<State, Inputs>>;
  return {
    time,
    server,
    room,
    me: ME,
    up,
    down,
    /** The connection breaks, and after a while there is a new one, with a new state if wanted. */
    async reconnect(afterMs: number, isNewProcess: boolean): Promise<void> {
      isOpen = false;
      server.disconnect();
      up.cut();
      down.cut();
      on.drop();
      await time.advanceTo(time.nowMs + afterMs);
      isOpen = true;
      if (isNewProcess) decoder = new Decoder(new game.state());
      server.connect();
    },
  };
}

class SimulatedServer<State extends Schema, Inputs extends Record<string, z.ZodType>> {
  readonly instance: GameInstance<State>;
  send: (name: string, message: unknown) => void = () => {};
  /** No time passes in the game. */
  isFrozen = false;
  head: LaneHead = start;
  readonly #time: VirtualTime;
  readonly #encoder: Encoder<State>;
  readonly #options: SimulatedOptions;
  readonly #chance: () => number;
  #frameAtMs = 0;
  #isConnected = false;
  #wantsStamps = false;

  constructor(
    game: Game<State, Inputs>,
    time: VirtualTime,
    options: SimulatedOptions,
    chance: () => number,
  ) {
    this.#time = time;
    this.#options = options;
    this.#chance = chance;
    this.instance = createGameInstance(game, {
      room: ADDRESS,
      seed: hashOf(options.seed),
      guards: false,
      onError() {},
    });
    this.#encoder = new Encoder(this.instance.state);
    this.instance.join({ lane: LANE, sessionId: ME, payout: payoutOf(1) });
    for (let lane = LANE + 1; lane <= LANE + (options.others ?? 0); lane++) {
      this.instance.join({ lane, sessionId: hashOf(lane), payout: payoutOf(lane) });
    }
    this.#repeat(1000 / game.tickRateHz, () => {
      if (!this.isFrozen) this.instance.tick(this.nowMs);
    });
    this.#repeat(options.patchMs ?? 50, () => this.#patch());
  }

  get nowMs(): number {
    return Math.floor(this.#time.nowMs + SERVER_AHEAD_MS);
  }

  /** An action of the `n`th of the others. */
  actAs(n: number, action: string, input: Value): void {
    this.instance.frame(LANE + n, { seq: 1, action, input });
  }

  idOf(n: number): Hash {
    return hashOf(LANE + n);
  }

  connect(): void {
    this.#isConnected = true;
    this.#wantsStamps = false;
    const { head } = this;
    const welcome = { chainId: CHAIN_ID, room: ADDRESS, lane: LANE, head, sealed: 0 };
    this.send("state", this.#encoder.encodeAll({ offset: 0 }).slice());
    this.send(Message.welcome, { ...welcome, keptForMs: 20_000 });
  }

  disconnect(): void {
    this.#isConnected = false;
  }

  take(name: string, bytes: Uint8Array): void {
    if (name === Message.wantStamps) this.#wantsStamps = true;
    if (name !== Message.frame) return;
    const frame = decodeFrame(bytes);
    if (frame.seq !== this.head.seq + 1) return;
    this.head = extendLane(this.head, bytes);
    this.#frameAtMs = this.nowMs;
    this.instance.frame(LANE, frame);
  }

  #patch(): void {
    const { ticks, nowMs: tickMs, round } = this.instance;
    if (this.#isConnected && this.#wantsStamps) {
      const sinceFrameMs = this.#frameAtMs === 0 ? 0 : this.nowMs - this.#frameAtMs;
      const sinceTickMs = ticks === 0 ? 0 : this.nowMs - tickMs;
      const ticksLeft = round?.ticksLeft ?? null;
      const applied = this.head.seq;
      const stamp: StateStamp = [ticks, tickMs, sinceTickMs, applied, sinceFrameMs, ticksLeft];
      this.send(Message.stamp, stamp);
    }
    const hasChanges = this.#encoder.hasChanges;
    const patch = this.#encoder.encode({ offset: 0 }).slice();
    this.#encoder.discardChanges();
    if (!this.#isConnected) return;
    if (hasChanges) this.send("patch", patch);
    const { seq } = this.head;
    const height = ledgerHeight(1);
    this.send(Message.finality, { applied: seq, sequenced: seq, sealed: 0, height });
  }

  /** At a fixed rate, but for late timers, which don't add up. */
  #repeat(periodMs: number, run: () => void): void {
    const startMs = this.#time.nowMs;
    const schedule = (count: number) => {
      const lateMs = this.#chance() * (this.#options.timerMs ?? 2);
      this.#time.at(startMs + count * periodMs + lateMs, () => {
        run();
        schedule(count + 1);
      });
    };
    schedule(1);
  }
}
