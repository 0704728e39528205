import type { Room as ColyseusRoom } from "@colyseus/sdk";
import type { Address, CodedError, Finality, Hash, StateStamp } from "@weft/protocol";
import type { ClientGame, GameState, RoomActions } from "../game.ts";
import type { Unsubscribe } from "./listeners.ts";
import type { RoundUpdate } from "./messages.ts";
import type { WaitOptions } from "./waitUntil.ts";

/**
 * - `open`: connected, actions go out at once.
 * - `reconnecting`: the connection broke, or the server is being started anew; actions are kept meanwhile.
 * - `left`: over; a new `session.join` starts a new lane.
 */
export type RoomStatus = "open" | "reconnecting" | "left";

/** How far an action has come. */
export type FinalityLevel = "sent" | "applied" | "sequenced";

export type ActionFinality = {
  /** `sent`: on its way. `applied`: the room ran it. `sequenced`: it is in a block that is on disk. */
  readonly level: FinalityLevel;
  /** Whether a seal that the server has taken covers it. Only sealed actions count in a report. */
  readonly sealed: boolean;
};

export type RoomLeave = {
  /** WebSocket close code: 4000 after `leave`, 4100 and up when the server took the place. */
  readonly code: number;
  readonly reason: string;
  /** Set when this side left because it had to. */
  readonly error?: CodedError;
};

/** A player's place in a room. */
export type Room<G extends ClientGame = ClientGame> = {
  /** The room's id at the game server. Like `address` and `lane`, it is another one after a reload in development. */
  readonly id: string;
  /** The room's address on the fast chain. */
  readonly address: Address;
  /** Number of this player's lane in the room. */
  readonly lane: number;
  readonly sessionId: Hash;
  readonly status: RoomStatus;
  /**
   * The game's actions, typed by their schemas.
   * @throws ClientError INPUT_REFUSED, INPUT_UNENCODABLE, SEND_BUFFER_FULL, ROOM_LEFT, and nothing was sent.
   */
  readonly act: RoomActions<G>;
  /** The room's state as last heard of: the same object for as long as the server runs. */
  readonly state: GameState<G>;
  /** How far this player's actions have come. */
  readonly finality: Finality;
  finalityOf(seq: number): ActionFinality;
  /** The newest news of a round; undefined before the first. */
  readonly round: RoundUpdate | undefined;

  /** Called after every change of the state that arrives. */
  onStateChange(listener: (state: GameState<G>) => void): Unsubscribe;
  /**
   * Called ahead of every change of the state, with what it will be like then; asks the server for that. For who
   * predicts: see `@weft/client-sdk/predict`.
   */
  onStamp(listener: (stamp: StateStamp) => void): Unsubscribe;
  onFinality(listener: (finality: Finality) => void): Unsubscribe;
  onRound(listener: (round: RoundUpdate) => void): Unsubscribe;
  /** What the server refused (ServerError), and what went wrong here (ClientError). */
  onError(listener: (error: CodedError) => void): Unsubscribe;
  onStatus(listener: (status: RoomStatus) => void): Unsubscribe;
  onLeave(listener: (leave: RoomLeave) => void): Unsubscribe;

  /**
   * The next news of a round, of a phase or one of several if given. What came before is in `round`.
   * @throws ClientError ABORTED, ROOM_LEFT; so do the other two waits.
   */
  nextRound<Phase extends RoundUpdate["phase"] = RoundUpdate["phase"]>(
    options?: WaitOptions & { readonly phase?: Phase | readonly Phase[] },
  ): Promise<Extract<RoundUpdate, { phase: Phase }>>;
  /** Resolves as soon as the state is as wanted, now or later. */
  waitForState(
    isWanted: (state: GameState<G>) => boolean,
    options?: WaitOptions,
  ): Promise<GameState<G>>;
  /** Resolves when action `seq` has come as far as `level`. */
  waitForFinality(
    seq: number,
    level: "applied" | "sequenced" | "sealed",
    options?: WaitOptions,
  ): Promise<Finality>;

  /** Seals all actions so far now, rather than within the second. */
  seal(): void;
  /** Seals what there is, then leaves for good. Never throws. */
  leave(): Promise<void>;
};

/** A room joined over Colyseus. */
export type JoinedRoom<G extends ClientGame = ClientGame> = Room<G> & {
  /**
   * Colyseus's own room: messages, clock, prediction. Frames and seals are for the SDK to send. After a restart of the
   * server it is another one: what listens to it has to be put there anew when `status` is `open` again.
   */
  readonly colyseus: ColyseusRoom<unknown, GameState<G>>;
};
