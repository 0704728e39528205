import { FastChain, type FastChainOptions } from "@weft/fast-chain";
import { Ledger } from "@weft/ledger";
import { GroupCommitStore } from "@weft/ledger/simulation";
import type { Logger } from "@weft/node";
import { beginOrContinueZkChain, depositsFrom, ZkBlockProducer } from "@weft/node/simulation";
import {
  type Address,
  type Deposit,
  type FastGenesis,
  type FastTransaction,
  type Hash,
  hashTransaction,
  OWNERSHIP_KEY_BYTES,
  type Release,
  type TimestampMs,
  type ZkGenesis,
} from "@weft/protocol";
import {
  type RebuiltRoom,
  RoomHost,
  RoomSnapshots,
  RoomsError,
  rebuildRooms,
  roomSettings,
} from "@weft/rooms/simulation";
import { FAST_CHAIN, GAME_PASS, PORTAL, PROPOSER, ZK_CHAIN } from "../constants.ts";
import { codeOf } from "../core/codeOf.ts";
import type { Lifetime } from "../core/lifetime.ts";
import type { Random } from "../core/random.ts";
import { countGame } from "../countGame.ts";
import type { SimulatedBlocks } from "../disk/simulatedBlocks.ts";
import type { SimulatedDisk } from "../disk/simulatedDisk.ts";
import type { OnMark } from "../marks.ts";
import type { Mutation } from "../mutations.ts";
import { createModelReports } from "../zk/modelReports.ts";
import { ModelZkChain } from "../zk/modelZkChain.ts";
import type { ZkDisk } from "../zk/zkDisk.ts";
import type { ZkBalance, ZkMutation, ZkOp } from "../zk/zkState.ts";
import type { PlayerConnection } from "./playerConnection.ts";
import { RoomShell } from "./roomShell.ts";
import { SealThread } from "./sealThread.ts";

/** All that outlives the process. */
export type Machine = {
  readonly blocks: SimulatedBlocks;
  readonly disk: SimulatedDisk;
  readonly zkDisk: ZkDisk;
  readonly balances: readonly ZkBalance[];
};

export type ServerProcessOptions = {
  readonly life: Lifetime;
  /** How often the server was started before. */
  readonly incarnation: number;
  readonly machine: Machine;
  readonly random: Random;
  /** The machine's clock, which may be set back or forth. */
  readonly nowMs: () => TimestampMs;
  readonly logger: Logger;
  /** Something is broken that mustn't be. */
  readonly onViolation: (what: string) => void;
  /** It can't go on, and says nothing more: whoever watches it starts it anew. */
  readonly onFailed: (error: Error) => void;
  readonly mutation: Mutation | undefined;
  readonly onMark: OnMark;
};

const SNAPSHOT_DIR = "/data/snapshots";
const ROOMS_DIR = "/data/snapshots/rooms";

/** Shorter than in life: so that more happens in a simulated second. */
const SETTINGS = roomSettings({
  patchRateMs: 100,
  checkpointMs: 700,
  snapshotMs: 1500,
  sealTimeoutMs: 6000,
  sealGraceMs: 900,
  coSignGraceMs: 700,
  reconnectionSeconds: 8,
  comeBackMs: 200,
  startDelayMs: 500,
});

/** A few accounts, or half a room: so that there are roots that take several turns. */
const ROOT_SLICE_BYTES = 700;

/** Frees itself of deposits that a mutation is to lose. */
const LOST_DEPOSIT = 2n;

/** A game server and its node, from its start to its end: put together as `startNode` and `createGameServer` do. */
export class ServerProcess {
  readonly life: Lifetime;
  readonly rooms = new Map<string, RoomShell>();
  /** Rooms that are being disposed of. */
  readonly closing = new Set<Promise<void>>();
  isUp = false;
  readonly #options: ServerProcessOptions;
  readonly ledger: Ledger;
  readonly zkChain: ModelZkChain;
  readonly #producer: ZkBlockProducer;
  #fastChain: FastChain | undefined;
  #host: RoomHost | undefined;
  #roomCount = 0;

  constructor(options: ServerProcessOptions) {
    this.#options = options;
    const { life, machine, random, nowMs, mutation } = options;
    this.life = life;
    this.ledger = new Ledger({
      store: new GroupCommitStore(machine.blocks.files(life), life),
      chainIds: [ZK_CHAIN, FAST_CHAIN],
      proposer: PROPOSER,
      onListenerError: (error) => options.onViolation(`a ledger listener threw: ${error}`),
    });
    this.ledger.subscribe({ failed: options.onFailed });
    this.zkChain = new ModelZkChain({
      ...{ life, disk: machine.zkDisk, random: random.fork("zk"), balances: machine.balances },
      mutation: zkMutationOf(mutation),
      onMark: options.onMark,
    });
    this.#producer = new ZkBlockProducer({
      chainId: ZK_CHAIN,
      zkChain: this.zkChain.asNodeChain,
      ordering: this.ledger,
      nowMs,
      clock: life,
      onDeposits: (deposits) => this.#credit(deposits),
      onFailed: options.onFailed,
    });
  }

  get fastChain(): FastChain {
    if (this.#fastChain === undefined) throw new Error("not started");
    return this.#fastChain;
  }

  get host(): RoomHost {
    if (this.#host === undefined) throw new Error("not started");
    return this.#host;
  }

  async start(): Promise<void> {
    const { nowMs, machine, life, onMark } = this.#options;
    const genesis = zkGenesisAt(nowMs());
    const zk = this.zkChain.asNodeChain;
    await beginOrContinueZkChain(zk, this.ledger, genesis, () => {});
    // As `startNode` does: what left the fast chain and arrived is not to arrive again, and nothing before its time.
    const arrived = await this.zkChain.nextReleaseNonce();
    const early: Release[] = [];
    let addReleases = (left: readonly Release[]): void => void early.push(...left);
    this.#fastChain = new FastChain({
      ...this.#chainOptions(),
      onReleases: (left) => addReleases(left),
      releasesFrom: arrived,
    });
    if (this.fastChain.restored.snapshotHeight !== undefined) {
      onMark("the fast chain begins with a snapshot");
    }
    for await (const missing of depositsFrom(zk, this.fastChain.deposits)) {
      onMark("deposits are credited after a restart");
      this.#credit(missing);
    }
    if (early.length > 0) onMark("releases arrive after a restart");
    addReleases = (left) => this.#producer.addReleases(left);
    addReleases(early);
    this.zkChain.onPending(() => this.#producer.notifyPending());
    const snapshots = new RoomSnapshots(
      ROOMS_DIR,
      this.#options.logger,
      machine.disk.machine(life),
    );
    this.#host = this.#createHost(snapshots);
    this.#resumeRooms(snapshots);
    this.isUp = true;
  }

  #chainOptions(): FastChainOptions {
    const { life, nowMs, machine, logger, onFailed, onMark } = this.#options;
    return {
      ledger: this.ledger,
      genesis: fastGenesisAt(nowMs()),
      nowMs,
      after: (delayMs, run) => life.after(delayMs, run),
      rootSliceBytes: ROOT_SLICE_BYTES,
      onFailed,
      snapshots: {
        ...{ dir: SNAPSHOT_DIR, everyBlocks: 60, everyMs: 1500, keep: 2 },
        machine: machine.disk.machine(life),
        onProblem: (error) => {
          if (codeOf(error) === "SNAPSHOT_INVALID") onMark("a snapshot isn't used");
          logger.warn("a snapshot can't be written or used", { error });
        },
      },
    };
  }

  #createHost(snapshots: RoomSnapshots): RoomHost {
    const { logger, nowMs, random, mutation, onMark } = this.#options;
    const seals = random.fork("seals");
    const node = {
      ledger: this.ledger,
      fastChain: this.fastChain,
      fastChainId: FAST_CHAIN,
      zkChainId: ZK_CHAIN,
      logger,
    };
    return new RoomHost({
      // All of a node that rooms use, where their reports are given to them.
      node: node as unknown as ConstructorParameters<typeof RoomHost>[0]["node"],
      reports: createModelReports(this.zkChain, random.fork("reports"), zkMutationOf(mutation)),
      settings: SETTINGS,
      nowMs,
      onRound: ({ phase }) => {
        if (phase === "reported") onMark("a round is reported");
        if (phase === "void") onMark("a round is void");
      },
      snapshots,
      sealVerifier: new SealThread(this.life, random.fork("seal thread")),
      random: () => seals.next(),
    });
  }

  /** As `resumeRooms` does, which makes them Colyseus's. No room here may be lost. */
  #resumeRooms(snapshots: RoomSnapshots): void {
    const { onViolation, logger, nowMs } = this.#options;
    const records = this.fastChain.rooms();
    const head = this.ledger.head?.header.height;
    if (head !== undefined) snapshots.prepare(new Set(records.map(({ room }) => room)), head);
    const node = {
      ledger: this.ledger,
      fastChain: this.fastChain,
      fastChainId: FAST_CHAIN,
      logger,
    };
    const games = { count: countGame };
    const { rebuilt, lost } = rebuildRooms({ node, games, snapshots, nowMs });
    for (const { record, error } of lost) {
      onViolation(`room ${record.name} is lost: ${codeOf(error.cause ?? error)}`);
    }
    for (const room of rebuilt) this.#resumeRoom(room);
  }

  #resumeRoom(room: RebuiltRoom): void {
    const { onMark } = this.#options;
    const { record, replayed } = room;
    onMark("a room is resumed");
    if (replayed < record.events) onMark("a room is resumed from its snapshot");
    const { round, reported } = record;
    if (reported !== undefined) onMark("a report is sent after a restart");
    if (round !== undefined) {
      const isOver = round.end !== undefined;
      onMark(`a room is resumed while its round is ${isOver ? "sealed" : "played"}`);
    }
    this.host.expect(room);
    this.#openRoom(record.name);
  }

  #openRoom(roomId: string): RoomShell {
    const { life, mutation } = this.#options;
    const room: RoomShell = new RoomShell({
      life,
      host: this.host,
      roomId,
      onDisposing: (disposed) => {
        // Colyseus takes a room off its list before it disposes of it.
        this.rooms.delete(roomId);
        this.closing.add(disposed);
        void disposed.finally(() => this.closing.delete(disposed));
      },
      mutation,
    });
    this.rooms.set(roomId, room);
    return room;
  }

  /** Value that came in on the ZK chain. */
  #credit(deposits: readonly Deposit[]): void {
    const { onFailed, mutation } = this.#options;
    for (const deposit of deposits) {
      const lost = mutation === "losesDeposit" && deposit.nonce === LOST_DEPOSIT;
      const amount = lost ? deposit.amount - 1n : deposit.amount;
      this.fastChain.submit({ type: "deposit", ...deposit, amount }).catch(onFailed);
    }
  }

  /** A session, or a wallet's transaction. Resolves when it is on disk. @throws what refused it */
  async submit(transaction: FastTransaction): Promise<void> {
    this.#assertUp();
    if (transaction.type === "signed" && this.#isSequenced(hashTransaction(transaction.raw)))
      return;
    const { durable } = await this.fastChain.submit(transaction);
    if (this.#options.mutation !== "answersEarly") await durable;
  }

  /** What a wallet learns that asks for a receipt. */
  #isSequenced(hash: Hash): boolean {
    const receipt = this.fastChain.receipt(hash);
    return receipt !== undefined && receipt.height <= (this.ledger.durableHeight ?? -1);
  }

  /** A transaction on the ZK chain. Resolves when it is on disk. */
  async submitZk(op: ZkOp): Promise<void> {
    this.#assertUp();
    const sent = this.zkChain.submit(op);
    this.#producer.notifyCrossing();
    await sent;
    await this.whenAllDurable();
  }

  /** Resolves when everything that has its place is on disk. */
  async whenAllDurable(): Promise<void> {
    const height = this.ledger.head?.header.height;
    if (height !== undefined) await this.ledger.whenDurable(height);
  }

  nonceOf(owner: Address): { fast: number; zk: number } {
    this.#assertUp();
    return {
      fast: this.fastChain.nonce(owner),
      zk: this.zkChain.state.nonces.get(owner) ?? 0,
    };
  }

  /** What matchmaking does, then the room. @returns the room's id. @throws what refused the player */
  async join(
    connection: PlayerConnection,
    roomId: string | undefined,
    options: unknown,
  ): Promise<RoomShell> {
    this.#assertUp();
    this.host.admit(countGame.name, options);
    const room = this.#findRoom(roomId);
    await room.join(connection, options);
    return room;
  }

  #findRoom(roomId: string | undefined): RoomShell {
    if (roomId !== undefined) {
      const room = this.rooms.get(roomId);
      if (room === undefined) throw new RoomsError("ROOM_CLOSED", "no such room");
      return room;
    }
    for (const room of this.rooms.values()) if (!room.isFull) return room;
    return this.#openRoom(`room-${this.#options.incarnation}-${this.#roomCount++}`);
  }

  #assertUp(): void {
    if (!this.isUp) throw new RoomsError("SERVER_STOPPING", "not up");
  }

  /** SIGTERM: saves all rooms, tells everybody to come back, and ends when everything is on disk. */
  async stop(): Promise<void> {
    this.isUp = false;
    await Promise.all(Array.from(this.rooms.values(), (room) => room.suspend()));
    await Promise.all(this.closing);
    this.host.stop();
    await this.#producer.stop();
    await this.fastChain.stop();
    await this.ledger.close();
  }
}

function fastGenesisAt(timestampMs: TimestampMs): FastGenesis {
  return {
    chainId: FAST_CHAIN,
    zkChainId: ZK_CHAIN,
    portal: PORTAL,
    gamePass: GAME_PASS,
    // Nobody logs in by proof here.
    ownershipKey: new Uint8Array(OWNERSHIP_KEY_BYTES),
    timestampMs,
  };
}

/** Only its chain and time are looked at: the model has its own. */
function zkGenesisAt(timestampMs: TimestampMs): ZkGenesis {
  return { chainId: ZK_CHAIN, timestampMs } as ZkGenesis;
}

const zkMutationOf = (mutation: Mutation | undefined): ZkMutation | undefined =>
  mutation === "paysTwice" || mutation === "mintsTwice" ? mutation : undefined;
