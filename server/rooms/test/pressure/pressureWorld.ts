import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { readRoomLogs } from "@weft/fast-chain";
import { programsOf } from "@weft/game";
import { Ledger, openReadOnlyStore } from "@weft/ledger";
import { readChainIds, verifyLedger } from "@weft/node";
import { type Address, decodeFrame, type LedgerHeight, ZERO_ADDRESS } from "@weft/protocol";
import { Questioned } from "../../bench/rooms/questioned.ts";
import { type Setup, wrapperOf } from "../../bench/rooms/transports.ts";
import { RawPlayer } from "../rawPlayer.ts";
import { createCrowd } from "./crowdGame.ts";
import type { BadClientQuestions, PressureServerQuestions } from "./messages.ts";
import { type Latencies, SteadyPlayer } from "./steadyPlayer.ts";

/** As seen from the folder in which the benchmark of rooms has its processes. */
const HERE = "../../test/pressure";
/** Of each steady player, a second. */
const RATE = 30;
const STEP_MS = 5;
const SETTLE_POLL_MS = 10;

export type WorldOptions = Setup & {
  readonly noiseBytes: number;
  readonly players: number;
};

export type BadClient = { readonly index: number; readonly sessionId: string };

/** A server, players who play by the rules, and clients that don't: each in a process of its own. */
export class PressureWorld {
  readonly server: Questioned<PressureServerQuestions>;
  readonly bad = new Questioned<BadClientQuestions>(`${HERE}/badClientMain.ts`);
  readonly #options: WorldOptions;
  readonly #dir: string;
  #url = "";
  #players: SteadyPlayer[] = [];

  static async start(options: WorldOptions): Promise<PressureWorld> {
    const dir = await mkdtemp(join(tmpdir(), "weft-pressure-"));
    const world = new PressureWorld(options, dir);
    try {
      await world.#start();
    } catch (error) {
      await world.end();
      throw error;
    }
    return world;
  }

  private constructor(options: WorldOptions, dir: string) {
    this.#options = options;
    this.#dir = dir;
    this.server = new Questioned(`${HERE}/pressureServerMain.ts`, wrapperOf(options.transport));
  }

  async #start(): Promise<void> {
    const { players, ...options } = this.#options;
    const { url } = await this.server.ask("start", { ...options, dataDir: this.#dir });
    this.#url = url;
    for (let i = 0; i < players; i++) {
      const player = await RawPlayer.create(url);
      this.#players.push(await SteadyPlayer.join(player, this.#players[0]?.room.room.roomId));
    }
  }

  get url(): string {
    return this.#url;
  }

  get players(): readonly SteadyPlayer[] {
    return this.#players;
  }

  get roomId(): string {
    return this.#first.room.room.roomId;
  }

  get #first(): SteadyPlayer {
    const [first] = this.#players;
    if (first === undefined) throw new Error("a world has players");
    return first;
  }

  newPlayer(): Promise<RawPlayer> {
    return RawPlayer.create(this.#url);
  }

  /** Lets a client into the steady players' room that hasn't begun to misbehave yet. */
  async joinBad(player: RawPlayer, decodes = false): Promise<BadClient> {
    const url = this.#url;
    const response = await fetch(`${url}/matchmake/joinById/${this.roomId}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ weft: await player.ticket() }),
    });
    const seat = (await response.json()) as Record<string, string>;
    if (seat.sessionId === undefined) throw new Error(`no seat: ${JSON.stringify(seat)}`);
    const path = `/${seat.processId}/${seat.roomId}?sessionId=${seat.sessionId}`;
    const index = await this.bad.ask("join", { url, path, decodes });
    return { index, sessionId: player.sessionId };
  }

  /** Lets the steady players play until `over` and all that they did is settled, and measures how long things took. */
  async play(over: Promise<unknown>): Promise<Latencies> {
    const players = this.#players;
    const perMs = (players.length * RATE) / 1000;
    const startMs = performance.now();
    let acted = 0;
    const timer = setInterval(() => {
      const due = Math.floor((performance.now() - startMs) * perMs);
      for (; acted < due; acted++) players[acted % players.length]?.act();
    }, STEP_MS);
    try {
      await over;
    } finally {
      clearInterval(timer);
    }
    for (const { room } of players) room.seal();
    await this.until(() => players.every(({ isSettled }) => isSettled));
    const taken = players.map((player) => player.takeLatencies());
    return {
      patchMs: taken.flatMap(({ patchMs }) => patchMs),
      finalityMs: taken.flatMap(({ finalityMs }) => finalityMs),
    };
  }

  playFor(ms: number): Promise<Latencies> {
    return this.play(wait(ms));
  }

  /**
   * Resolves when something is as expected; a test's own time limit ends the wait for what never comes.
   * @throws when a steady player was closed out: then nothing will ever be as expected
   */
  async until(holds: () => boolean | Promise<boolean>): Promise<void> {
    while (!(await holds())) {
      const lost = this.#players.find(({ closeCode }) => closeCode !== undefined);
      if (lost !== undefined) throw new Error(`a steady player was closed out: ${lost.closeCode}`);
      await wait(SETTLE_POLL_MS);
    }
  }

  /**
   * Stops the server, replays its ledger with all signatures and the game, and reads the rooms' frames out of it.
   * @returns by session, how many frames there are of it: they are numbered without gaps
   */
  async audit(): Promise<ReadonlyMap<string, number>> {
    const address = this.#address;
    await this.server.ask("stop", null);
    const store = openReadOnlyStore(this.#dir);
    const ledger = new Ledger({ store, chainIds: store.chainIds(), proposer: ZERO_ADDRESS });
    try {
      const ids = readChainIds(ledger);
      const programs = programsOf([createCrowd(this.#options.noiseBytes)]);
      await verifyLedger({ ledger, ...ids, programs });
      const query = { ledger, chainId: ids.fastChainId, fromHeight: 0 as LedgerHeight };
      return framesBySession(readRoomLogs({ ...query, rooms: new Map([[address, 0]]) }));
    } finally {
      await ledger.close();
    }
  }

  get #address(): Address {
    for (const { type, body } of this.#first.room.received)
      if (type === "welcome") return body.room;
    throw new Error("who has joined was welcomed");
  }

  async end(): Promise<void> {
    await Promise.all([this.server.end(), this.bad.end()]);
    await rm(this.#dir, { recursive: true, force: true });
  }
}

function framesBySession(events: ReturnType<typeof readRoomLogs>): Map<string, number> {
  const sessions: string[] = [];
  const frames = new Map<string, number>();
  for (const { event } of events) {
    if (event.type === "join") {
      sessions[event.lane] = event.sessionId;
      frames.set(event.sessionId, 0);
    } else if (event.type === "frame") {
      const session = sessions[event.lane] ?? "";
      const { seq } = decodeFrame(event.frame);
      const before = frames.get(session);
      if (seq !== (before ?? Number.NaN) + 1) throw new Error(`frame ${seq} after ${before}`);
      frames.set(session, seq);
    }
  }
  return frames;
}
