import type { Game } from "@weft/game";
import type { Logger, NodeOptions, WeftNode } from "@weft/node";
import type { Address, Hash, RoundReport, TimestampMs } from "@weft/protocol";
import type { Application } from "express";
import type { WeftRoom } from "./room/WeftRoom.ts";
import type { RoundPhase } from "./round/roundMachine.ts";

/** How rooms behave. Every value has a default, see `limits.ts`. */
export type RoomSettings = {
  /** How often the state's changes, and news of finality, go out. Default 50. */
  readonly patchRateMs: number;
  /** How often the state's hash goes into the ledger. Default 1000. */
  readonly checkpointMs: number;
  /** How long frames may go without a seal before the player loses the place. Default 5000. */
  readonly sealTimeoutMs: number;
  /** How long a round's report waits for the last seals. Default 2000. */
  readonly sealGraceMs: number;
  /** How long a report waits for its players' co-signatures before it goes to the ZK chain. Default 2000. */
  readonly coSignGraceMs: number;
  /** How often a room is saved, at the checkpoint that is next; with a `dataDir` only. Default 5000. */
  readonly snapshotMs: number;
  /** How long a server that drains lets running rounds go on before it stops. Default 30. */
  readonly drainSeconds: number;
  /** When players are told to come back by a server that stops and keeps its rooms. Default 1000. */
  readonly comeBackMs: number;
  /**
   * How long the place of a player whose connection broke is kept. After a restart it counts from the moment that the
   * server is back. Default 20.
   */
  readonly reconnectionSeconds: number;
  /** Players that a round needs; the game's own number by default, and never less. */
  readonly minPlayers?: number;
  /** Whether a round starts by itself once there are players enough. Default true. */
  readonly autoStart: boolean;
  /** Pause between there being players enough and the round's registration. Default 1000. */
  readonly startDelayMs: number;
  /** Time that the report has after the round's planned end, on the ZK chain. Default 3600. */
  readonly reportMarginSeconds: number;
};

/** Any game: what `defineGame` returns. */
export type AnyGame = Game;
/** `WeftRoom` or a subclass of it. */
export type RoomClass = new () => WeftRoom;

export type GameServerOptions = {
  /** The games to host, by name: the key is the game's own name. */
  readonly games: Readonly<Record<string, AnyGame>>;
  /** Own subclasses of `WeftRoom`, by the game's name. */
  readonly rooms?: Readonly<Record<string, RoomClass>>;
  readonly settings?: Partial<RoomSettings>;
  /** A node that runs already; `stop` leaves it running. Without one the server starts its own. */
  readonly node?: WeftNode;
  /** "auto" takes uWebSockets.js where it loads, else ws. Default "auto". */
  readonly transport?: "auto" | "ws" | "uWebSockets";
  /**
   * Whether players' sockets have a thread of their own, with ws: most of the processor's time that a message takes is the kernel's, for
   * reading and writing them. Default: with more than one processor.
   */
  readonly networkThread?: boolean;
  /**
   * Where players reach the server, such as `https://play.example.com`. Its host is what wallets show
   * and what logins are checked against; without it, only loopback names are taken.
   */
  readonly publicUrl?: string;
  /**
   * Whether `POST /weft/faucet` gives away passes and ZKPoW, which takes a node with the owner's key. Default: on a
   * development node only.
   */
  readonly faucet?: boolean;
  /**
   * The files that players prove with, of the set-up whose key the node has as `ownershipKey`. Where it is the
   * development key, they are known; without them, players must have their own.
   */
  readonly ownershipFiles?: { readonly wasm: string; readonly zkey: string };
  /**
   * In development: the files that export the games, as paths or URLs. When one of them, or a file that it imports by a
   * relative path, changes, the game is loaded anew, and players go on in rooms of the new program. Refused by a node
   * with an operator's key of its own.
   */
  readonly watch?: readonly (string | URL)[];
  /** Adds routes to the server's Express application: a monitor, static files, … */
  readonly express?: (app: Application) => void | Promise<void>;
} & NodeOptions;

export type MintedItem = { readonly tokenId: bigint; readonly to: Address; readonly item: string };

/** What became of a round, for dashboards and tests. Players get `RoundNews`. */
export type RoundUpdate = {
  readonly game: string;
  readonly roomId: string;
  readonly room: Address;
  readonly roundId: Hash;
} & (
  | {
      readonly phase: "opened";
      readonly cap: number;
      readonly deadlineMs: TimestampMs;
      readonly players: number;
    }
  | { readonly phase: "ended" }
  | {
      readonly phase: "reported";
      readonly cap: number;
      readonly report: RoundReport;
      readonly minted: readonly MintedItem[];
      readonly transactionHash: Hash;
      /** How many of the players whom the round was opened with have co-signed the report. */
      readonly coSigned: number;
      /** Prizes of the report that could not be minted: without a quorum, or over the game's day. */
      readonly withheld: number;
    }
  | { readonly phase: "void"; readonly code: string; readonly cause: unknown }
);

export type RoomSummary = {
  readonly roomId: string;
  readonly room: Address;
  readonly game: string;
  readonly players: number;
  readonly phase: RoundPhase;
};

export interface GameServer {
  readonly node: WeftNode;
  /** Rooms that are open now. */
  rooms(): readonly RoomSummary[];
  /** Calls back for every round that opens, ends, is reported or becomes void, in any room. */
  onRound(listener: (update: RoundUpdate) => void): () => void;
  /**
   * @param port 0 takes a free one.
   * @param host Default 127.0.0.1: only this machine.
   * @throws RoomsError LISTEN_FAILED for a port that is taken, SERVER_STOPPED
   */
  listen(port: number, host?: string): Promise<{ port: number; url: string }>;
  /**
   * Tells players, saves rooms or closes them, stops the node if it is the server's own. A second call joins the first;
   * without `drain` it ends the wait of one with it.
   */
  stop(options?: StopOptions): Promise<void>;
}

export type StopOptions = {
  /**
   * First takes nobody new and opens no new rounds, and lets those that are under way come to their end, for
   * `drainSeconds`. What isn't over by then goes on after the next start, where there is a `dataDir`.
   */
  readonly drain?: boolean;
};

export type { Logger };
