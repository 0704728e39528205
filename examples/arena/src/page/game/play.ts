import type { JoinedRoom, RoomStatus, RoundUpdate } from "@weft/client-sdk";
import { type Prediction, predict } from "@weft/client-sdk/predict";
import { type Arena, type ArenaState, arena } from "../../game/arena.ts";
import { type Direction, STILL } from "../controls/steering.ts";
import { type Described, describeError } from "../describeError.ts";
import type { Player } from "../player/player.ts";
import { type SceneEvent, SceneEvents } from "../scene/sceneEvents.ts";
import { ActionTrack } from "./actionTrack.ts";

/** A jump of the own ship that is shown as one: it was put back to its start. */
const SNAP = 160;
/** Players of a room whose colours are remembered for its results. */
const MAX_SEATS = 64;

export type PlayListeners = {
  /** Something that the page's frame shows has changed. */
  onChange(): void;
  onEvent(event: SceneEvent): void;
  onOver(why: Described | undefined): void;
};

export type ReportedRound = Extract<RoundUpdate, { phase: "reported" }>;

/** A player's time in a room: what goes there, what comes back, and what there is to draw. */
export class Play {
  readonly player: Player;
  readonly room: JoinedRoom<Arena>;
  readonly actions = new ActionTrack();
  /** Seats of everybody who was here, for results that name who has left. */
  readonly seats = new Map<string, number>();
  readonly #view: Prediction<Arena>;
  readonly #events = new SceneEvents();
  readonly #listeners: PlayListeners;
  #lastRefusal: Described | undefined;
  #isOver = false;
  /** What is held down now. */
  #held = STILL;

  constructor(player: Player, room: JoinedRoom<Arena>, listeners: PlayListeners) {
    this.player = player;
    this.room = room;
    this.#listeners = listeners;
    this.#view = predict(room, arena, { smooth: ["x", "y"], snap: SNAP });
    const { onChange } = listeners;
    room.onStateChange(() => {
      this.#rememberSeats();
      onChange();
    });
    room.onRound(onChange);
    room.onStatus(onChange);
    room.onFinality((finality) => {
      this.actions.heard(finality, performance.now());
      onChange();
    });
    room.onError((error) => {
      this.#lastRefusal = describeError(error);
    });
    room.onLeave(({ error, code }) => {
      this.#view.stop();
      if (this.#isOver) return;
      this.#isOver = true;
      const lost = { code: `CLOSED_${code}`, text: "The connection is lost." };
      listeners.onOver(error === undefined ? (this.#lastRefusal ?? lost) : describeError(error));
    });
  }

  /** What is drawn: the own ship as it is predicted, the others as they were a moment ago. */
  get state(): ArenaState {
    return this.#view.state;
  }

  get me(): string {
    return this.room.sessionId;
  }

  get status(): RoomStatus {
    return this.room.status;
  }

  get round(): RoundUpdate | undefined {
    return this.room.round;
  }

  get stats() {
    return this.#view.stats;
  }

  /** Once a frame, before it is drawn. */
  update(nowMs: number): void {
    this.#view.update(nowMs);
    for (const event of this.#events.next(this.state)) {
      this.#listeners.onEvent(event);
      if (event.type === "phase") this.#steerOn();
    }
  }

  steer(direction: Direction): void {
    this.#held = direction;
    this.#act("move", () => this.#view.act.move(direction));
  }

  dash(): void {
    this.#act("dash", () => this.#view.act.dash());
  }

  /** A round begins with all ships at rest: who holds a key down means it for the new one, too. */
  #steerOn(): void {
    const { dx, dy } = this.#held;
    const ship = this.room.state.ships.get(this.me);
    if (ship !== undefined && (ship.dx !== dx || ship.dy !== dy)) this.steer(this.#held);
  }

  async leave(): Promise<void> {
    this.#isOver = true;
    await this.room.leave();
    this.#listeners.onOver(undefined);
  }

  #act(name: string, act: () => { seq: number }): void {
    if (this.status === "left") return;
    try {
      this.actions.sent(name, act().seq, performance.now());
      this.#listeners.onChange();
    } catch (error) {
      // Too much waits for the ledger: what is held down is said again with the next key.
      this.#lastRefusal = describeError(error);
    }
  }

  #rememberSeats(): void {
    for (const [id, { seat }] of this.room.state.ships.entries()) {
      if (this.seats.has(id) || this.seats.size < MAX_SEATS) this.seats.set(id, seat);
    }
  }
}
