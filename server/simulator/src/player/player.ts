import { createRoom, ResumingConnection } from "@weft/client-sdk/simulation";
import { encodeFrame, type Finality } from "@weft/protocol";
import type { LaneLog } from "../checks/laneLog.ts";
import { FAST_CHAIN, ZK_CHAIN } from "../constants.ts";
import { codeOf } from "../core/codeOf.ts";
import type { Lifetime } from "../core/lifetime.ts";
import type { Random } from "../core/random.ts";
import { countGame } from "../countGame.ts";
import type { OnMark } from "../marks.ts";
import type { Link } from "../network/link.ts";
import type { Ask } from "../network/rpc.ts";
import { type Login, loginOf } from "./logins.ts";
import { type PlayerLink, takePlace } from "./playerLink.ts";

/** A wait before the next try, whatever it was that failed. */
const RETRY_MS = 150;
/** Tickets of one session are further apart than the clocks of player and server. */
const SEAL_INTERVAL_MS = 1000;
const RESUME_MS = 60_000;
const MAX_UNSEQUENCED = 256;

type CountRoom = Awaited<ReturnType<typeof createRoom<typeof countGame>>>;

export type PlayerOptions = {
  readonly index: number;
  readonly life: Lifetime;
  readonly random: Random;
  readonly ask: Ask;
  /** The server's clock, as well as a player knows it. */
  readonly nowMs: () => number;
  readonly connect: (from: string) => Link | undefined;
  /** A new lane. Everything that the player is told of it goes through its log. */
  readonly openLog: (place: Pick<LaneLog, "room" | "lane" | "sessionId">) => LaneLog;
  readonly trace: (text: string) => void;
  readonly onViolation: (what: string) => void;
  readonly onMark: OnMark;
  /** Sends as new what it has sent before: a fault. */
  readonly sendsAgain: boolean;
};

/** Somebody who logs in, joins, counts, leaves, and comes again; with the client SDK's own room and lane. */
export class Player {
  readonly name: string;
  readonly #options: PlayerOptions;
  #login: Login;
  #logins = 0;
  #newestTicketMs = 0;
  #room: CountRoom | undefined;
  #log: LaneLog | undefined;
  #isPlaying = true;
  #newestId = 0;

  constructor(options: PlayerOptions) {
    this.#options = options;
    this.name = `player${options.index}`;
    this.#login = loginOf(options.index, 0);
  }

  /** Whether the player has nothing more to wait for. */
  get isSettled(): boolean {
    const room = this.#room;
    if (room === undefined || room.status === "left" || this.#log === undefined) return true;
    const { newest } = this.#log;
    const { sequenced, sealed } = room.finality;
    return room.status === "open" && sequenced >= newest && sealed >= newest;
  }

  get describe(): string {
    const { sequenced = 0, sealed = 0 } = this.#room?.finality ?? {};
    const newest = this.#log?.newest;
    return `${this.name} ${this.#room?.status ?? "nowhere"}: ${sequenced} sequenced, ${sealed} sealed of ${newest}`;
  }

  /** Plays until `finish`. Never rejects. */
  async play(): Promise<void> {
    const { life, random } = this.#options;
    await life.wait(random.between(0, 300));
    while (this.#isPlaying) {
      try {
        await this.#logIn();
        await this.#stay(await this.#join());
      } catch (error) {
        this.#onRefused(codeOf(error));
      }
      await life.wait(RETRY_MS * random.between(0.5, 2));
    }
  }

  /** No new actions, and no new lanes: only what was sent is of interest. */
  finish(): void {
    this.#isPlaying = false;
    this.#room?.seal();
  }

  #onRefused(code: string): void {
    this.#options.trace(`${this.name} refused: ${code}`);
    if (code === "SESSION_UNKNOWN") this.#login = this.#nextLogin();
  }

  #nextLogin(): Login {
    this.#newestTicketMs = 0;
    return loginOf(this.#options.index, ++this.#logins);
  }

  async #logIn(): Promise<void> {
    const { ask, life } = this.#options;
    const { open } = this.#login;
    await ask(life, this.name, (server) => server.submit(open)).catch((error: unknown) => {
      if (codeOf(error) !== "SESSION_EXISTS") throw error;
    });
  }

  async #join(): Promise<CountRoom> {
    const { life } = this.#options;
    const connection = await this.#connect(undefined, undefined);
    const { key, sessionId } = this.#login;
    const { random, trace, onMark } = this.#options;
    const room = await createRoom<typeof countGame>({
      connection: new ResumingConnection({
        connection,
        resume: (lane) => this.#connect(connection.roomId, lane),
        move: (roomId) => this.#connect(roomId, undefined),
        timers: life,
        random: () => random.next(),
        resumeForMs: RESUME_MS,
      }),
      game: countGame,
      chainId: FAST_CHAIN,
      zkChainId: ZK_CHAIN,
      sessionId,
      sign: (message) => life.later(random.between(0.2, 12), () => key.sign(message)),
      timers: life,
      maxUnsequencedFrames: MAX_UNSEQUENCED,
      sealIntervalMs: SEAL_INTERVAL_MS,
      approveReport: () => true,
    });
    room.onError((error) => {
      trace(`${this.name} hears ${error.code}`);
      if (error.code === "ROUND_OVER") onMark("a frame has no effect after its round");
      if (error.code === "LANE_DIVERGED") {
        this.#options.onViolation(
          `LANE_DIVERGED for ${this.name}: ${JSON.stringify(error.details)}`,
        );
      }
    });
    return room;
  }

  async #connect(roomId: string | undefined, resume: number | undefined): Promise<PlayerLink> {
    const { nowMs, connect, life } = this.#options;
    this.#newestTicketMs = Math.max(this.#newestTicketMs + 1, Math.floor(nowMs()));
    const weft = this.#login.ticket(this.#newestTicketMs, resume);
    const link = connect(this.name);
    if (link === undefined) throw new Error("ECONNREFUSED");
    return takePlace(link, life, { roomId, weft });
  }

  /** Counts for a while, then leaves, unless somebody ends it before. */
  async #stay(room: CountRoom): Promise<void> {
    const { life, random, openLog } = this.#options;
    const log = openLog({ room: room.address, lane: room.lane, sessionId: room.sessionId });
    this.#room = room;
    this.#log = log;
    this.#newestId = 0;
    log.told(room.finality);
    room.onFinality((finality: Finality) => log.told(finality));
    if (this.#options.sendsAgain) this.#sendAgainWhenBack(room, log);
    const leavesAtMs = life.monotonicMs() + random.between(800, 4000);
    while (room.status !== "left" && this.#isPlaying) {
      await life.wait(random.between(15, 260));
      if (!this.#isPlaying) return;
      if (life.monotonicMs() > leavesAtMs) {
        await room.leave();
        return;
      }
      for (let count = random.int(0, 3); count > 0; count--) this.#count(room, log);
    }
  }

  #count(room: CountRoom, log: LaneLog): void {
    if (room.status === "left" || !this.#isPlaying) return;
    const input = { id: this.#newestId + 1, by: this.#options.random.int(1, 9) };
    try {
      const { seq } = room.act.count(input);
      this.#newestId++;
      log.sent(seq, encodeFrame({ seq, action: "count", input }));
    } catch (error) {
      // The buffer is full, or the room is left: nothing was sent.
      this.#options.trace(`${this.name} can't act: ${codeOf(error)}`);
    }
  }

  #sendAgainWhenBack(room: CountRoom, log: LaneLog): void {
    let status = room.status;
    room.onStatus((next) => {
      const isBack = status === "reconnecting" && next === "open";
      status = next;
      if (!isBack || this.#newestId === 0) return;
      const input = { id: this.#newestId, by: 1 };
      const { seq } = room.act.count(input);
      log.sent(seq, encodeFrame({ seq, action: "count", input }));
    });
  }
}
