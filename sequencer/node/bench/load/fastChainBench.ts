import { mkdtempSync, rmSync } from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn, setTimeout as wait } from "node:timers/promises";
import { ownershipArtifacts } from "@weft/circuits";
import {
  BLOCK_INTERVAL_MS,
  checkDecodedFrame,
  FastChain,
  LoginProofs,
  SealVerifier,
} from "@weft/fast-chain";
import { Ledger, openLmdbStore } from "@weft/ledger";
import { type Address, chainId, hexToBytes, timestampMs, ZERO_ADDRESS } from "@weft/protocol";
import { openPlayers, type Player } from "./openPlayers.ts";
import { isFull, PlayedRooms } from "./playedRooms.ts";
import { prepareFrames } from "./preparedLane.ts";

const FAST = chainId(5701);
const ZK = chainId(5700);
const PORTAL: Address = `0x${"9a".repeat(20)}`;
const GAME_PASS: Address = `0x${"6a".repeat(20)}`;
/** How long the load goes on before it lets the loop turn, as sockets' reads do. */
const SLICE_MS = 0.5;

export type FastChainBenchOptions = {
  readonly players: number;
  readonly perRoom: number;
  /** Actions of each player in a turn. */
  readonly actionsEach: number;
};

export type Throughput = {
  readonly perSecond: number;
  /** µs of the serving thread's processor for each. */
  readonly threadUs: number;
};

/** A fast chain on a real ledger in a temporary folder, with players who have logged in. */
export class FastChainBench {
  readonly #dir = mkdtempSync(join(tmpdir(), "weft-bench-fast-chain-"));
  readonly #ledger: Ledger;
  readonly #chain: FastChain;
  readonly #loginProofs = new LoginProofs();
  readonly #sealVerifier = new SealVerifier();
  readonly #options: FastChainBenchOptions;
  #players: readonly Player[] = [];
  readonly #failed = Promise.withResolvers<never>();
  #turns = 0;

  constructor(options: FastChainBenchOptions) {
    this.#options = options;
    this.#ledger = new Ledger({
      store: openLmdbStore(join(this.#dir, "ledger")),
      chainIds: [FAST, ZK],
      proposer: ZERO_ADDRESS,
    });
    this.#chain = new FastChain({
      ledger: this.#ledger,
      genesis: {
        chainId: FAST,
        zkChainId: ZK,
        portal: PORTAL,
        gamePass: GAME_PASS,
        ownershipKey: hexToBytes(ownershipArtifacts.verificationKey),
        timestampMs: timestampMs(Date.now()),
      },
      // As the node does.
      checks: {
        ...this.#loginProofs.checks,
        frame: checkDecodedFrame,
      },
      onFailed: this.#failed.reject,
    });
  }

  async logIn(): Promise<void> {
    this.#players = await openPlayers(this.#chain, this.#options.players);
  }

  /** As fast as it goes: actions that are under a verified seal, and on disk. */
  async throughput(): Promise<Throughput> {
    const rooms = await this.#openRooms();
    const before = process.threadCpuUsage();
    const startMs = performance.now();
    while (!rooms.isDone) {
      playSlice(rooms);
      await nextTurn();
    }
    await Promise.race([rooms.onDisk(), this.#failed.promise]);
    const seconds = (performance.now() - startMs) / 1000;
    const { user, system } = process.threadCpuUsage(before);
    const sealed = rooms.sealedActions();
    if (sealed !== rooms.totalActions) throw new Error(`only ${sealed} actions are sealed`);
    rooms.close();
    return { perSecond: sealed / seconds, threadUs: (user + system) / sealed };
  }

  /** From when an action was due until it was on disk, in ms, where so many come in a second. */
  async latencies(actionsPerSecond: number): Promise<readonly number[]> {
    const rooms = await this.#openRooms();
    const startMs = performance.now();
    const latenciesMs = rooms.measureLatencies(
      (action) => startMs + (action / actionsPerSecond) * 1000,
    );
    while (!rooms.isDone) {
      await wait(1);
      const due = ((performance.now() - startMs) / 1000) * actionsPerSecond;
      while (rooms.actions < due && rooms.next()) {}
    }
    await Promise.race([rooms.onDisk(), this.#failed.promise]);
    rooms.close();
    return latenciesMs;
  }

  async #openRooms(): Promise<PlayedRooms> {
    const { perRoom, actionsEach } = this.#options;
    const rooms = new PlayedRooms(this.#chain, {
      players: this.#players,
      sealVerifier: this.#sealVerifier,
      perRoom,
      actionsEach,
      name: `turn ${this.#turns++}`,
    });
    await rooms.onDisk();
    return rooms;
  }

  /** The same frames appended to a file, synced as often as blocks are made: nothing is read, checked, hashed or signed. */
  async plain(): Promise<number> {
    const { players, actionsEach } = this.#options;
    const frames = prepareFrames(actionsEach);
    const file = await open(join(this.#dir, `plain ${this.#turns++}`), "w");
    const startMs = performance.now();
    let waiting: Uint8Array[] = [];
    let dueMs = startMs + BLOCK_INTERVAL_MS;
    const flush = async () => {
      await file.writev(waiting.length > 0 ? [Buffer.concat(waiting)] : []);
      await file.datasync();
      waiting = [];
      dueMs = performance.now() + BLOCK_INTERVAL_MS;
    };
    for (const frame of frames) {
      for (let player = 0; player < players; player++) {
        waiting.push(frame.slice());
        if (performance.now() >= dueMs) await flush();
      }
    }
    await flush();
    const seconds = (performance.now() - startMs) / 1000;
    await file.close();
    return (players * actionsEach) / seconds;
  }

  async close(): Promise<void> {
    await this.#chain.stop();
    await this.#loginProofs.stop();
    await this.#sealVerifier.stop();
    await this.#ledger.close();
    rmSync(this.#dir, { recursive: true, force: true });
  }
}

function playSlice(rooms: PlayedRooms): void {
  const endMs = performance.now() + SLICE_MS;
  try {
    while (performance.now() < endMs && rooms.next()) {}
  } catch (error) {
    if (!isFull(error)) throw error;
  }
}
