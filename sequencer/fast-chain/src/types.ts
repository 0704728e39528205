import type {
  Address,
  ChainNumber,
  CreateRoom,
  FastGenesis,
  FastTransaction,
  Frame,
  Hash,
  JoinTicket,
  LaneHead,
  LeaveReason,
  LedgerHeight,
  LoginProof,
  Mint,
  RoomEvent,
  SealedLane,
  SessionGrant,
  TimestampMs,
} from "@weft/protocol";

/** A login that is open. */
export type Session = {
  readonly id: Hash;
  readonly grant: SessionGrant;
  /** What the login proves to be one: a pass or a nullifier, for one game. One session each. */
  readonly subject: Hash;
  readonly login: LoginProof["type"];
  readonly zkNumber: ChainNumber;
  /** When its newest join ticket was issued. The next must be later. */
  readonly newestTicketMs: TimestampMs;
};

/**
 * What a lane's seal says: that its player signed for the frames up to `seq`. Its place was checked when it came; whether the
 * signature holds is looked at where it counts, in a report.
 */
export type SealClaim = LaneHead & {
  /** r ‖ s; undefined for the empty lane, which nobody has to sign for. */
  readonly signature: Uint8Array | undefined;
};

/** A seal to verify: whether the key signed the lane's head. */
export type SealTask = { readonly key: SessionGrant["sessionKey"]; readonly claim: SealClaim };

/** One player's stream of frames in one room. */
export type Lane = {
  readonly sessionId: Hash;
  readonly sessionKey: SessionGrant["sessionKey"];
  readonly payout: Address;
  readonly head: LaneHead;
  /** The newest seal; the empty lane before the first. */
  readonly sealed: SealClaim;
  /** Set when the player is gone. */
  readonly left: LeaveReason | undefined;
};

/** A round whose report is in the log. Whether the ZK chain has it too, that chain knows. */
export type ReportedRound = {
  readonly roundId: Hash;
  /** Block that holds the report; undefined until there is one. */
  readonly height: LedgerHeight | undefined;
  readonly players: readonly number[];
  /** The lanes that the report's root is over. */
  readonly lanes: readonly SealedLane[];
};

/** A round from its opening to its report. Lane numbers are the indices of the lists. */
export type Round = {
  readonly roundId: Hash;
  readonly cap: number;
  readonly deadlineMs: TimestampMs;
  /** Block that holds the opening; undefined until there is one. */
  readonly openHeight: LedgerHeight | undefined;
  /** Lanes whose players can co-sign the report. */
  readonly players: readonly number[];
  /** Sequence numbers of the lanes when the round opened. */
  readonly base: readonly number[];
  /** How things stood at the round's end; undefined while it runs. */
  readonly end: RoundEnd | undefined;
};

export type RoundEnd = {
  readonly height: LedgerHeight | undefined;
  readonly heads: readonly LaneHead[];
  /** Each lane's newest seal at that moment. */
  readonly sealed: readonly SealClaim[];
};

/** What the chain knows of a room. It doesn't know the game. */
export type RoomRecord = {
  readonly room: Address;
  /** What its host calls it. */
  readonly name: string;
  readonly game: string;
  readonly gameHash: Hash;
  readonly seed: Hash;
  /** The block behind the seed: the room was created above it. */
  readonly seedHeight: LedgerHeight;
  /** Events so far. */
  readonly events: number;
  /** The game's clock. */
  readonly nowMs: TimestampMs;
  readonly lanes: readonly Lane[];
  /** Newest checkpoint of the game's state. */
  readonly stateHash: Hash;
  /** Rounds opened so far. */
  readonly rounds: number;
  readonly round: Round | undefined;
  /** The newest round with a report, until the next one opens. */
  readonly reported: ReportedRound | undefined;
};

/** A transaction's place in the ledger. */
export type Inclusion = {
  readonly hash: Hash;
  readonly height: LedgerHeight;
  readonly blockHash: Hash;
  readonly number: ChainNumber;
  readonly index: number;
  /** Resolves when the block is on disk: the transaction is `sequenced`. */
  readonly durable: Promise<void>;
};

/** The room's log as its host writes it. */
export interface RoomJournal {
  readonly room: Address;
  /**
   * The room as of the last appended event; it stays as it is. It is made when somebody asks, and with it all hashes that nobody
   * wanted yet: whoever asks with each action takes one of the three below instead.
   */
  readonly record: RoomRecord;
  /** As in `record`: the game's clock, … */
  readonly nowMs: TimestampMs;
  /** … the round, … */
  readonly round: Round | undefined;
  /** … and one lane. */
  lane(number: number): Lane | undefined;
  /**
   * Applies an event and puts it into the next block; never waits. Whoever hosts rooms on a node decodes a frame before it
   * appends its bytes: the node's chain looks at nothing but its number then (`checkDecodedFrame`).
   * @returns the event's index in the room's log.
   * @throws FastChainError when the chain's rules refuse it; then nothing has changed.
   */
  append(event: RoomEvent): number;
  /**
   * The seals on which the ended round's report depends and that nobody has verified here yet, with their lanes: whoever doesn't
   * want `draftReport` to verify them has them verified before (`SealVerifier`, `sealHolds`). None while no round has ended.
   */
  unverifiedSeals(): readonly LaneSeal[];
  /**
   * The report of the room's ended round, all but what the game says. Verifies what `unverifiedSeals` has.
   * @throws FastChainError ROUND_NOT_ENDED until the block with the round's end is ordered.
   */
  draftReport(): ReportDraft;
  /**
   * The lanes that the draft's `actionsRoot` is over, in its order.
   * @throws FastChainError ROUND_NOT_ENDED while the round runs.
   */
  reportedLanes(): readonly SealedLane[];
  /** Lanes whose frames of the ended round are all under a seal that holds, by lane number. Verifies as `draftReport` does. */
  fullySealedLanes(): readonly number[];
  /** Calls back for each block that is on disk: events below `events` are sequenced at `height`. */
  onSequenced(listener: (progress: { events: number; height: LedgerHeight }) => void): () => void;
}

export type LaneSeal = SealTask & { readonly lane: number };

export type ReportDraft = {
  readonly roundId: Hash;
  readonly room: Address;
  readonly fromHeight: LedgerHeight;
  readonly toHeight: LedgerHeight;
  readonly actions: number;
  readonly actionsRoot: Hash;
};

/** The fast chain as the process that hosts it sees it. */
export interface FastChainHost {
  /** What the chain began with, as its first block has it. */
  readonly genesis: FastGenesis;
  /**
   * Checks and applies a transaction at once and puts it into the next block.
   * Resolves when it is in a block (see `Inclusion.durable` for when that is on disk).
   * @throws FastChainError (rejects) when it is refused; then nothing has changed.
   */
  submit(transaction: FastTransaction): Promise<Inclusion>;
  /** Creates the room and opens its log. */
  createRoom(room: Omit<CreateRoom, "seedHeight" | "seed">): RoomJournal;
  /** Rooms that are open. */
  rooms(): readonly RoomRecord[];
  /**
   * Opens the log of a room that is there already, as after a restart.
   * @throws FastChainError ROOM_UNKNOWN; ROOM_HOSTED when its log is open.
   */
  resumeRoom(room: Address): RoomJournal;
  session(id: Hash): Session | undefined;
  /** Sessions that are open, those that have expired included; to be read a piece at a time while they change. */
  sessions(): IterableIterator<Session>;
  /** Deposits credited, and withdrawals made, so far: the nonces of the next ones. */
  readonly deposits: bigint;
  readonly withdrawals: bigint;
  /** Checks that a join ticket is signed by its session, which is open and for that game. */
  checkTicket(ticket: JoinTicket, signature: Uint8Array): Session;
  /** A seed for a round or room: fixed by the newest block. */
  seed(subject: Hash | Address): { seedHeight: LedgerHeight; seed: Hash };
  onSessionClosed(listener: (session: Session, reason: string) => void): () => void;
}

/** What became of a frame. A refused one stays in its lane without effect, in every replay alike. */
export type FrameOutcome =
  | { readonly applied: true }
  | { readonly applied: false; readonly code: string; readonly message: string };

/** A game as replay drives it; `@weft/game` makes them. */
export interface RoomProgram {
  join(player: { lane: number; sessionId: Hash; payout: Address }): void;
  leave(lane: number, reason: LeaveReason): void;
  frame(lane: number, frame: Frame): FrameOutcome;
  tick(nowMs: number): void;
  roundOpen(round: { roundId: Hash; cap: number; deadlineMs: number; seed: Hash }): void;
  report(): { results: Uint8Array; mints: readonly Mint[] };
  roundClose(): void;
  stateHash(): Hash;
}
