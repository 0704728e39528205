import { Client } from "@colyseus/sdk";
import {
  encodeFrame,
  type Finality,
  type FinalityMessage,
  finalityOf,
  Message,
  type Refusal,
  type Value,
} from "@weft/protocol";
import { RawPlayer, RawRoom } from "../rawPlayer.ts";

/** A session lasts less than what is played: some expire. */
const SESSION_MS = 4 * 60_000;
const TOO_MUCH = 99;

/** Plays on a server whose time is driven, a simulated second at a time. */
export class DrivenPlayer {
  readonly player: RawPlayer;
  room: RawRoom | undefined;
  #frames: Uint8Array[] = [];
  #finality: Finality | undefined;
  #newestTicketMs = 0;

  static async create(url: string, nowMs: number): Promise<DrivenPlayer> {
    const player = new RawPlayer(url);
    await player.visitFaucet();
    const driven = new DrivenPlayer(player);
    await driven.login(nowMs);
    return driven;
  }

  private constructor(player: RawPlayer) {
    this.player = player;
  }

  /** A new session in the place of the one before. */
  async login(nowMs: number): Promise<void> {
    const { status, body } = await this.player.login({
      grant: { expiresAtMs: (nowMs + SESSION_MS) as never },
      message: { issuedAt: new Date(nowMs) },
    });
    if (status !== 200) throw new Error(`login failed: ${body.error?.code}`);
  }

  /** @param roomId Undefined makes a room. */
  async join(roomId: string | undefined, nowMs: number): Promise<string> {
    this.#newestTicketMs = Math.max(nowMs, this.#newestTicketMs + 1);
    const options = { weft: await this.player.ticket({ issuedAtMs: this.#newestTicketMs }) };
    const client = new Client(this.player.url.replace("http", "ws"));
    const joined = await (roomId === undefined
      ? client.create("tally", options)
      : client.joinById(roomId, options));
    joined.reconnection.enabled = false;
    const room = await RawRoom.open(this.player, joined);
    this.room = room;
    this.#frames = [];
    this.#finality = undefined;
    joined.onMessage(Message.finality, (finality: FinalityMessage) => {
      this.#finality = finalityOf(finality);
      // All that is kept of what came.
      room.received.length = 0;
    });
    joined.onMessage(Message.refusal, ({ code, expected }: Refusal) => {
      if (code !== "INPUT_REFUSED" && expected !== undefined) this.#sendFrom(expected);
    });
    joined.onLeave(() => {
      if (this.room === room) this.room = undefined;
    });
    return joined.roomId;
  }

  /** Actions, and some that the game or the room refuses. */
  actForSecond(second: number): void {
    this.#act("add", { by: 1 + (second % 9) });
    if (second % 7 === 0) this.#act("add", { by: TOO_MUCH });
    if (second % 11 === 0) this.room?.sendFrame(Uint8Array.of(0xff));
    this.#act("add", { by: 1 });
    this.room?.seal();
  }

  #act(action: string, input: Value): void {
    const { room } = this;
    if (room === undefined) return;
    this.#frames.push(encodeFrame({ seq: room.head.seq + 1, action, input }));
    room.act(action, input);
  }

  #sendFrom(seq: number): void {
    for (const frame of this.#frames.slice(seq - 1)) this.room?.sendFrame(frame);
    this.room?.seal();
  }

  /** All that was done is on disk and under a seal. */
  get isSettled(): boolean {
    const { room } = this;
    if (room === undefined) return true;
    const { sequenced = 0, sealed = 0 } = this.#finality ?? {};
    return Math.min(sequenced, sealed) >= room.head.seq;
  }

  /** With a word, or with a connection that just ends. */
  async leave(politely: boolean): Promise<void> {
    const { room } = this;
    this.room = undefined;
    if (politely) await room?.leave();
    else room?.room.connection.close();
  }
}
