import { FastChain } from "@weft/fast-chain";
import { testLogin } from "@weft/fast-chain/testing";
import { createGameInstance, gameHash } from "@weft/game";
import { createMemoryStore, Ledger } from "@weft/ledger";
import { silentLogger } from "@weft/node";
import {
  type Address,
  bytesToHex,
  type ChainId,
  type ChainNumber,
  encodeFrame,
  encodeSeal,
  extendLane,
  type Hash,
  joinTicketMessage,
  type LaneHead,
  Message,
  OWNERSHIP_KEY_BYTES,
  type Refusal,
  type RoomEvent,
  sealMessage,
  sessionIdOf,
  timestampMs,
  type Value,
  ZERO_ADDRESS,
} from "@weft/protocol";
import { type TestSessionKey, testSessionKey } from "@weft/protocol/testing/node";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import type { SealSource } from "../src/room/laneIntake.ts";
import { RoomRuntime } from "../src/room/roomRuntime.ts";
import type { Peer, Seat } from "../src/room/seat.ts";
import { roomSettings } from "../src/settings.ts";
import { createTally } from "./testGame.ts";

const FAST = 5701 as ChainId;
export const ZK = 5700 as ChainId;
const T0 = 1_700_000_000_000;

/** A fast chain in memory, whose clock the test has. */
export class TestChain {
  readonly chain: FastChain;
  nowMs = T0;
  #rooms = 0;
  #passes = 0n;

  constructor() {
    const ledger = new Ledger({
      store: createMemoryStore(),
      chainIds: [FAST, ZK],
      proposer: ZERO_ADDRESS,
    });
    this.chain = new FastChain({
      ledger,
      genesis: {
        chainId: FAST,
        zkChainId: ZK,
        portal: `0x${"9a".repeat(20)}`,
        gamePass: `0x${"6a".repeat(20)}`,
        ownershipKey: new Uint8Array(OWNERSHIP_KEY_BYTES),
        timestampMs: timestampMs(T0),
      },
      nowMs: () => timestampMs(this.nowMs),
    });
  }

  /** Opens a session. */
  async login(): Promise<TestSession> {
    const key = testSessionKey();
    const wallet = privateKeyToAccount(generatePrivateKey());
    const grant = {
      sessionKey: key.sessionKey,
      game: "tally",
      payout: wallet.address.toLowerCase() as Address,
      expiresAtMs: timestampMs(T0 + 3_600_000),
    };
    const login = await testLogin(wallet, grant, ++this.#passes, ZK);
    await this.chain.submit({ type: "openSession", grant, login, zkNumber: 1 as ChainNumber });
    return { key, sessionId: sessionIdOf(FAST, grant) };
  }

  createRoom(options: RuntimeRoomOptions = {}): RuntimeRoom {
    return new RuntimeRoom(this, ++this.#rooms, options);
  }
}

export type RuntimeRoomOptions = {
  readonly sealVerifier?: SealSource;
  /** Draws the seals that are verified when they come; none by default. */
  readonly random?: () => number;
  readonly maxPlayers?: number;
};

export type TestSession = { readonly key: TestSessionKey; readonly sessionId: Hash };

/** A room without a network: players are called by their lane. */
export class RuntimeRoom {
  readonly game: ReturnType<typeof createTally>;
  readonly runtime: RoomRuntime;
  /** The room's log. */
  readonly events: RoomEvent[] = [];
  readonly #chain: TestChain;

  constructor(chain: TestChain, number: number, options: RuntimeRoomOptions) {
    const { sealVerifier, random = () => 1, maxPlayers = 6 } = options;
    this.#chain = chain;
    const game = createTally({ maxPlayers });
    this.game = game;
    const room: Address = `0x${number.toString(16).padStart(40, "0")}`;
    const name = `room ${number}`;
    const journal = chain.chain.createRoom({ room, name, game: "tally", gameHash: gameHash(game) });
    const append = journal.append.bind(journal);
    journal.append = (event) => {
      const index = append(event);
      this.events.push(event);
      return index;
    };
    this.runtime = new RoomRuntime({
      program: createGameInstance(game, { room, seed: journal.record.seed }),
      journal,
      maxPlayers: game.maxPlayers,
      settings: roomSettings(),
      logger: silentLogger,
      nowMs: () => chain.nowMs,
      sealVerifier,
      random,
    });
  }

  join(session: TestSession): RuntimePlayer {
    const sent: { type: string; message: unknown }[] = [];
    const peer: Peer = {
      ready: true,
      bufferedBytes: 0,
      send: (type, message) => void sent.push({ type, message }),
      close: () => {},
    };
    const seat = this.runtime.join(this.#ticket(session), peer);
    return new RuntimePlayer(this.runtime, seat, session.key, peer, sent);
  }

  /** Comes back to its lane over another connection. */
  rejoin(session: TestSession, { seat, peer }: RuntimePlayer): void {
    this.runtime.rejoin(this.#ticket(session), seat.lane, { ...peer });
  }

  #ticket({ key, sessionId }: TestSession) {
    const issuedAtMs = timestampMs(++this.#chain.nowMs);
    const ticket = { sessionId, game: "tally", issuedAtMs };
    return { ticket, signature: bytesToHex(key.sign(joinTicketMessage(FAST, ticket))) };
  }

  /** What happened on lanes, or on one of them: `frame 0:2` is the second frame of lane 0. */
  log(lane?: number): string[] {
    const frames = new Map<number, number>();
    return this.events.flatMap((event) => {
      if (!("lane" in event)) return lane === undefined ? [event.type] : [];
      if (lane !== undefined && event.lane !== lane) return [];
      const { type } = event;
      if (type === "frame") frames.set(event.lane, (frames.get(event.lane) ?? 0) + 1);
      const at = type === "frame" || type === "seal" ? `:${frames.get(event.lane) ?? 0}` : "";
      return [`${type} ${event.lane}${at}`];
    });
  }
}

export class RuntimePlayer {
  readonly seat: Seat;
  readonly peer: Peer;
  /** Of the newest frame that was sent. */
  head: LaneHead;
  readonly #runtime: RoomRuntime;
  readonly #key: TestSessionKey;
  readonly #sent: readonly { type: string; message: unknown }[];

  constructor(
    runtime: RoomRuntime,
    seat: Seat,
    key: TestSessionKey,
    peer: Peer,
    sent: readonly { type: string; message: unknown }[],
  ) {
    this.#runtime = runtime;
    this.seat = seat;
    this.#key = key;
    this.peer = peer;
    this.#sent = sent;
    this.head = runtime.laneHead(seat.lane);
  }

  /** @returns the frame's bytes, to send again. */
  act(action = "add", input: Value = { by: 1 }): Uint8Array {
    const bytes = encodeFrame({ seq: this.head.seq + 1, action, input });
    this.head = extendLane(this.head, bytes);
    this.send(bytes);
    return bytes;
  }

  send(frame: Uint8Array): void {
    this.#runtime.intake.frame(this.seat, frame);
  }

  /** Seals what was sent so far. */
  seal(head = this.head): void {
    this.#sendSeal(head.seq, this.#key.sign(sealMessage(head)));
  }

  wrongSeal(): void {
    this.#sendSeal(this.head.seq, this.#key.sign(Uint8Array.of(0)));
  }

  shortSeal(): void {
    this.#sendSeal(this.head.seq, new Uint8Array(63));
  }

  #sendSeal(seq: number, signature: Uint8Array): void {
    this.#runtime.intake.seal(this.seat, encodeSeal({ seq, signature }));
  }

  /** What was refused, the oldest first. */
  get refusals(): readonly Refusal[] {
    return this.#sent.flatMap(({ type, message }) =>
      type === Message.refusal ? [message as Refusal] : [],
    );
  }
}
