import { setTimeout as wait } from "node:timers/promises";
import type { Session } from "@weft/client-sdk";
import { joinLean } from "@weft/client-sdk/load";
import { type Game, SeededRandom } from "@weft/game";
import { bytesToHex, CodedError, sha256, utf8ToBytes } from "@weft/protocol";
import type { LoadBot } from "./bot.ts";
import { eachOf } from "./eachOf.ts";
import { JOIN_TRIES, JOINS_AT_ONCE, LEAVE_MS, LOGIN_RETRY_MS } from "./limits.ts";
import { LoadClient } from "./loadClient.ts";
import type { Meter } from "./meter.ts";

export type FleetOptions = {
  readonly game: Game;
  readonly sessions: readonly Session[];
  readonly bot: LoadBot;
  /** Clients of one room; undefined: the server fills rooms. */
  readonly perRoom: number | undefined;
  readonly readState: boolean;
  readonly seed: number;
  readonly meters: () => readonly Meter[];
  readonly nowMs: () => number;
  /** So many act from now on. */
  readonly onJoined: (clients: number) => void;
  readonly signal: AbortSignal;
};

/** How often something happened, by code. */
export type Tally = Readonly<Record<string, number>>;

/** All clients. Those that are lost stay, and fail. */
export class Fleet {
  readonly #options: FleetOptions;
  readonly #clients: LoadClient[] = [];
  /** Rooms that are made by hand: their ids, once their first clients are in. */
  readonly #rooms = new Map<number, Promise<string>>();
  readonly #lost = new Map<string, number>();
  readonly #refusals = new Map<string, number>();
  readonly #notJoined = new Map<string, number>();
  #asked = 0;
  /** Clients on their way in. */
  #growing: Promise<void> = Promise.resolve();
  #isOver = false;

  constructor(options: FleetOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#clients.length;
  }

  get connected(): number {
    return this.#clients.filter(({ isConnected }) => isConnected).length;
  }

  get rooms(): number {
    return new Set(this.#clients.map(({ roomId }) => roomId)).size;
  }

  /** Connections that were lost, by close code. */
  get lost(): Tally {
    return Object.fromEntries(this.#lost);
  }

  /** All that the server refused, by its code: also what was sent again. */
  get refusals(): Tally {
    return Object.fromEntries(this.#refusals);
  }

  /** Clients that got no place, by code. */
  get notJoined(): Tally {
    return Object.fromEntries(this.#notJoined);
  }

  traffic(): { readonly bytesIn: number; readonly bytesOut: number } {
    let [bytesIn, bytesOut] = [0, 0];
    for (const client of this.#clients) {
      const { bytesIn: read, bytesOut: written } = client.traffic();
      bytesIn += read;
      bytesOut += written;
    }
    return { bytesIn, bytesOut };
  }

  /** Lets more clients in, evenly over a time, until so many were asked to come. */
  grow(clients: number, overMs: number): Promise<void> {
    const grown = this.#grow(clients, overMs);
    this.#growing = grown.catch(() => {});
    return grown;
  }

  async #grow(clients: number, overMs: number): Promise<void> {
    const { nowMs, signal } = this.#options;
    const from = this.#asked;
    const more = Math.max(0, clients - from);
    this.#asked += more;
    const startMs = nowMs();
    const numbers = Array.from({ length: more }, (_, nth) => from + nth);
    await eachOf(numbers, JOINS_AT_ONCE, async (number) => {
      const dueMs = startMs + ((number - from) / more) * overMs;
      await wait(Math.max(0, dueMs - nowMs()), undefined, { signal }).catch(() => {});
      if (!signal.aborted && !this.#isOver) await this.#join(number);
    });
  }

  /** @throws CliError BOT_FAILED */
  act(index: number, dueMs: number): void {
    this.#clients[index]?.act(dueMs);
  }

  /** Nothing more is expected of what isn't ordered yet. */
  giveUp(): void {
    for (const client of this.#clients) client.giveUp();
  }

  /** Leaves rooms orderly, as far as that can be done in time. */
  async leave(): Promise<void> {
    this.#isOver = true;
    const all = this.#growing.then(() =>
      Promise.all(this.#clients.map((client) => client.leave())),
    );
    await Promise.race([all, wait(LEAVE_MS, undefined, { ref: false })]);
  }

  async #join(number: number): Promise<void> {
    const client = await this.#tryToJoin(number);
    if (client === undefined) return;
    this.#clients.push(client);
    this.#options.onJoined(this.#clients.length);
  }

  async #tryToJoin(number: number): Promise<LoadClient | undefined> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#takePlace(number);
      } catch (error) {
        if (!(error instanceof CodedError)) throw error;
        if (tries === JOIN_TRIES || this.#options.signal.aborted || this.#isOver) {
          count(this.#notJoined, error.code);
          return undefined;
        }
        await wait(LOGIN_RETRY_MS);
      }
    }
  }

  async #takePlace(number: number): Promise<LoadClient> {
    const { perRoom } = this.#options;
    if (perRoom === undefined) return this.#joinRoom(number, {});
    const room = Math.floor(number / perRoom);
    const isFirst = number % perRoom === 0;
    if (!isFirst) {
      // Its first client was asked before; a failure there is told by everybody who waits.
      const roomId = await this.#rooms.get(room);
      return this.#joinRoom(number, roomId === undefined ? {} : { roomId });
    }
    const opened = this.#joinRoom(number, { create: true });
    const roomId = opened.then((client) => client.roomId);
    roomId.catch(() => {});
    this.#rooms.set(room, roomId);
    return opened;
  }

  async #joinRoom(
    number: number,
    target: { readonly roomId?: string; readonly create?: boolean },
  ): Promise<LoadClient> {
    const { game, sessions, bot, readState, seed, meters, nowMs } = this.#options;
    const session = sessions[number];
    if (session === undefined) throw new Error(`client ${number} has no session`);
    const onRefusal = (code: string) => count(this.#refusals, code);
    const place = await joinLean(session, game, { ...target, readState, onRefusal });
    return new LoadClient({
      index: number,
      place,
      bot,
      random: new SeededRandom(bytesToHex(sha256(utf8ToBytes(`weft load ${seed} ${number}`)))),
      meters,
      nowMs,
      onLost: (code) => count(this.#lost, `${code}`),
    });
  }
}

function count(tally: Map<string, number>, code: string): void {
  tally.set(code, (tally.get(code) ?? 0) + 1);
}
