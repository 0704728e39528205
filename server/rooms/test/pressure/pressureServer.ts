import { setTimeout as wait } from "node:timers/promises";
import type { Client } from "@colyseus/core";
import { Encoder } from "@colyseus/schema";
import { gameHash } from "@weft/game";
import { LedgerError } from "@weft/ledger";
import { GroupCommitStore } from "@weft/ledger/simulation";
import { silentLogger } from "@weft/node";
import { encodeFrame, MAX_FRAME_BYTES } from "@weft/protocol";
import { answerQuestions } from "../../bench/rooms/answering.ts";
import { memoryInUse } from "../../bench/rooms/counters.ts";
import { createGameServer } from "../../src/createGameServer.ts";
import { codeOf } from "../../src/errors.ts";
import { roomAddress } from "../../src/room/roomAddress.ts";
import { WeftRoom } from "../../src/room/WeftRoom.ts";
import type { GameServer } from "../../src/types.ts";
import { PATIENT_SETTINGS } from "../patientSettings.ts";
import { createCrowd } from "./crowdGame.ts";
import type { Drop, MemoryPeak, PressureServerQuestions } from "./messages.ts";
import { slowDisk } from "./slowDisk.ts";

/** A server with all that belongs to it, which says how its memory does and whom it drops. */

const SAMPLE_MS = 5;
/** Twice the time in which the chain makes a block of what waits, so that its timer is always the first. */
const RETRY_MS = 20;
/** Without room for more after so many of them, the store is full too. */
const FULL_RETRIES = 5;

// What the largest state here takes, or else it is encoded twice, with a warning each time.
Encoder.BUFFER_SIZE = 256 * 1024;

const drops: Drop[] = [];
/** What waits for each client, by the transport's own word. */
const connected = new Map<Client, () => number>();
let server: GameServer;
let peak = now();

/** Tells who is dropped with which code, since who doesn't read won't hear it. */
class WatchedRoom extends WeftRoom {
  override onJoin(client: Client, options: unknown): void | Promise<void> {
    const { leave } = client;
    const { sessionId } = (options as { weft: { ticket: { sessionId: string } } }).weft.ticket;
    client.leave = (code, reason) => {
      drops.push({ sessionId, code: code ?? 0, reason: reason ?? "" });
      leave.call(client, code, reason);
    };
    connected.set(client, waitingFor(client));
    return super.onJoin(client as never, options);
  }
}

function waitingFor(client: Client): () => number {
  const ref = client.ref as unknown as {
    readonly bufferedAmount: number;
    /** Of a socket of this thread; null once it is gone. */
    readonly _socket?: { readonly writableLength: number } | null;
    readonly ws?: { getBufferedAmount(): number };
  };
  return () => {
    try {
      if (ref.ws !== undefined) return ref.ws.getBufferedAmount();
      // What is sent on a connection that is being closed counts as buffered for ws, though it isn't kept.
      if (ref._socket !== undefined) return ref._socket?.writableLength ?? 0;
      return ref.bufferedAmount;
    } catch {
      // A socket of uWebSockets.js that is closed can't be asked.
      return 0;
    }
  };
}

function now(): MemoryPeak {
  const { rss, heapUsed, external } = process.memoryUsage();
  let bufferedBytes = 0;
  for (const waiting of connected.values()) bufferedBytes = Math.max(bufferedBytes, waiting());
  return { rssBytes: rss, heapBytes: heapUsed + external, bufferedBytes };
}

function sample(): void {
  const { rssBytes, heapBytes, bufferedBytes } = now();
  peak = {
    rssBytes: Math.max(peak.rssBytes, rssBytes),
    heapBytes: Math.max(peak.heapBytes, heapBytes),
    bufferedBytes: Math.max(peak.bufferedBytes, bufferedBytes),
  };
}

/** As if as much waited for the disk as the ledger's store takes: filling it for real is minutes of full play. */
let isStoreFull = false;
const { append } = GroupCommitStore.prototype;
GroupCommitStore.prototype.append = function (block) {
  if (!isStoreFull) return append.call(this, block);
  throw new LedgerError("STORE_BUSY", "the disk is said to be too far behind");
};

answerQuestions<PressureServerQuestions>({
  async start({ transport, networkThread, dataDir, noiseBytes }) {
    const game = createCrowd(noiseBytes);
    server = await createGameServer({
      games: { [game.name]: game },
      rooms: { [game.name]: WatchedRoom },
      dataDir,
      transport,
      networkThread,
      settings: PATIENT_SETTINGS,
      rpc: { port: 0 },
      logger: { ...silentLogger, warn: console.error, error: console.error },
    });
    setInterval(sample, SAMPLE_MS).unref();
    return server.listen(0);
  },
  peak() {
    sample();
    const highest = peak;
    peak = now();
    return highest;
  },
  memory: memoryInUse,
  drops: () => drops,
  slowDisk(ms) {
    slowDisk.delayMs = ms;
    return null;
  },
  fullStore(isFull) {
    isStoreFull = isFull;
    return null;
  },
  fill,
  async stop() {
    await server.stop();
    return null;
  },
});

const NOISE = "x".repeat(MAX_FRAME_BYTES - 64);

/** A room that nobody hosts: its log is valid, and as large as its lane's frames make it. */
async function fill({ ticket, signature }: PressureServerQuestions["fill"]["with"]) {
  const { fastChain, fastChainId } = server.node;
  const { sessionId, issuedAtMs, game } = ticket;
  // A block that waits for its state root is ordered before a room can be made.
  const wasStoreFull = isStoreFull;
  isStoreFull = false;
  const journal = fastChain.createRoom({
    room: roomAddress(fastChainId, "filled"),
    name: "filled",
    game,
    gameHash: gameHash(createCrowd(0)),
  });
  isStoreFull = wasStoreFull;
  journal.append({ type: "join", lane: 0, sessionId, issuedAtMs, signature });
  let bytes = 0;
  let retries = 0;
  for (let seq = 1; ; ) {
    const frame = encodeFrame({ seq, action: "none", input: NOISE });
    try {
      journal.append({ type: "frame", lane: 0, frame });
      bytes += frame.length;
      seq++;
      retries = 0;
    } catch (error) {
      if (++retries > FULL_RETRIES) return { events: seq, bytes, code: codeOf(error) };
      await wait(RETRY_MS);
    }
  }
}
