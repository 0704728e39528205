import { Encoder, type Schema } from "@colyseus/schema";
import { createGameInstance, type Game, type GameInstance } from "@weft/game";
import { hashOf, payoutOf } from "@weft/game/testing";
import {
  decodeFrame,
  extendLane,
  type FinalityMessage,
  type Hash,
  type LaneHead,
  ledgerHeight,
  Message,
  type StateStamp,
  type Value,
} from "@weft/protocol";
import type { z } from "zod";
import { origin, start } from "../room/testLane.ts";
import type { LinkConditions, VirtualTime } from "./testTime.ts";

export type SimulatedOptions = LinkConditions & {
  readonly seed: number;
  readonly others?: number;
  readonly patchMs?: number;
  /** Up to so many ms that the server's timers are late. */
  readonly timerMs?: number;
};

const { sessionId: ME, lane: LANE, room: ADDRESS, chainId: CHAIN_ID } = origin;
/** The server's clock has nothing to do with the client's. */
const SERVER_AHEAD_MS = 1_790_000_000_000;

/** A game server with one room, as server/rooms has them, as far as clients can see. */
export class SimulatedServer<State extends Schema, Inputs extends Record<string, z.ZodType>> {
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
  #lostTicks = 0;

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
    for (let n = 1; n <= (options.others ?? 0); n++) this.join(n);
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

  join(n: number): void {
    const lane = LANE + n;
    this.instance.join({ lane, sessionId: hashOf(lane), payout: payoutOf(lane) });
  }

  leave(n: number): void {
    this.instance.leave(LANE + n, "left");
  }

  /** As if it had been started anew from a snapshot, without the newest ticks. */
  rewindTicks(count: number): void {
    this.#lostTicks += count;
  }

  openRound(): void {
    const [roundId, seed] = [hashOf(900), hashOf(901)];
    this.instance.roundOpen({ roundId, cap: 0, deadlineMs: this.nowMs + 1000, seed });
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
    const { nowMs: tickMs, round } = this.instance;
    const ticks = this.instance.ticks - this.#lostTicks;
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
    if (hasChanges) this.send("state", patch);
    const { seq } = this.head;
    const height = ledgerHeight(1);
    const finality: FinalityMessage = [seq, seq, height, 0];
    this.send(Message.finality, finality);
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
