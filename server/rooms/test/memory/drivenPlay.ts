import { setTimeout as wait } from "node:timers/promises";
import type { Questioned } from "../../bench/rooms/questioned.ts";
import { DrivenPlayer } from "./drivenPlayer.ts";
import type { MemoryServerQuestions, Moment } from "./messages.ts";

const ROOMS = 3;
const PLAYERS_A_ROOM = 3;
/** A room's players go their ways after so long, one room after another, and make a new one. */
const ROOM_SECONDS = 90;
const CHURN_SECONDS = 15;
const LOGIN_SECONDS = 20;
/** Somebody new logs in, and never plays: such sessions are only ever over by expiring. */
const VISITOR_SECONDS = 30;
const SECOND_MS = 1_000;
/** Time that passes while something is waited for that has a time of its own: the disk, the network, the ZK chain. */
const WAIT_STEP_MS = 20;
const ZK_TURNS = 20;
const TURN_MS = 2;

type Table = { roomId: string | undefined; players: DrivenPlayer[] };

/** Players who come and go, rounds, and rooms that are made and closed, a simulated second after another. */
export class DrivenPlay {
  readonly #server: Questioned<MemoryServerQuestions>;
  readonly #url: string;
  readonly #tables: Table[] = [];
  #moment: Moment;
  #second = 0;
  joins = 0;

  constructor(server: Questioned<MemoryServerQuestions>, url: string, nowMs: number) {
    this.#server = server;
    this.#url = url;
    this.#moment = { nowMs, waiting: 0, reported: 0, closedRooms: 0 };
  }

  get moment(): Moment {
    return this.#moment;
  }

  async start(): Promise<void> {
    for (let i = 0; i < ROOMS; i++) {
      const table: Table = { roomId: undefined, players: [] };
      this.#tables.push(table);
      for (let j = 0; j < PLAYERS_A_ROOM; j++) {
        const player = await this.#newcomer();
        table.players.push(player);
        await this.#sit(table, player);
      }
    }
  }

  async playMinutes(minutes: number): Promise<void> {
    const end = this.#second + minutes * 60;
    for (; this.#second < end; this.#second++) await this.#playSecond(this.#second);
  }

  async #playSecond(second: number): Promise<void> {
    if (second % CHURN_SECONDS === 0) await this.#churn(second);
    if (second % VISITOR_SECONDS === 0) await this.#newcomer();
    if (second % (ROOM_SECONDS / ROOMS) === 0) await this.#changeRoom(second);
    const players = this.#tables.flatMap((table) => table.players);
    for (const player of players) player.actForSecond(second);
    await this.#advance(SECOND_MS);
    while (!players.every(({ isSettled }) => isSettled)) {
      await wait(TURN_MS);
      await this.#advance(WAIT_STEP_MS);
    }
    // The ZK chain's thread knows nothing of this time, and is to keep up with it.
    for (let turn = 0; turn < ZK_TURNS && this.#moment.waiting > 0; turn++) {
      await wait(TURN_MS);
      await this.#advance(1);
    }
  }

  #newcomer(): Promise<DrivenPlayer> {
    return this.#whileTimePasses(DrivenPlayer.create(this.#url, this.#moment.nowMs));
  }

  /** One leaves, and comes back on a new lane; now and then with a new login. */
  async #churn(second: number): Promise<void> {
    const turn = second / CHURN_SECONDS;
    const table = this.#tables[turn % ROOMS] as Table;
    const player = table.players[turn % PLAYERS_A_ROOM] as DrivenPlayer;
    await this.#whileTimePasses(player.leave(turn % 2 === 0));
    if (second % LOGIN_SECONDS === 0) await this.#loginAnew(player);
    await this.#sit(table, player);
  }

  async #changeRoom(second: number): Promise<void> {
    const table = this.#tables[(second / (ROOM_SECONDS / ROOMS)) % ROOMS] as Table;
    for (const player of table.players) await this.#whileTimePasses(player.leave(true));
    table.roomId = undefined;
    for (const player of table.players) {
      await this.#loginAnew(player);
      await this.#sit(table, player);
    }
  }

  async #loginAnew(player: DrivenPlayer): Promise<void> {
    await this.#whileTimePasses(player.login(this.#moment.nowMs));
  }

  async #sit(table: Table, player: DrivenPlayer): Promise<void> {
    this.joins++;
    table.roomId = await this.#whileTimePasses(player.join(table.roomId, this.#moment.nowMs));
  }

  async #whileTimePasses<T>(work: Promise<T>): Promise<T> {
    let isOver = false;
    const over = () => {
      isOver = true;
    };
    work.then(over, over);
    while (!isOver) {
      await wait(TURN_MS);
      await this.#advance(WAIT_STEP_MS);
    }
    return work;
  }

  async #advance(ms: number): Promise<void> {
    this.#moment = await this.#server.ask("advance", ms);
  }
}
