import type { Logger } from "@weft/node";
import { type Address, type TimestampMs, timestampMs } from "@weft/protocol";
import { LaneLog, type LanePlace } from "./checks/laneLog.ts";
import { StoredTruth } from "./checks/storedTruth.ts";
import { ALLOWANCE, ASSETS, T0 } from "./constants.ts";
import { codeOf } from "./core/codeOf.ts";
import { Lifetime } from "./core/lifetime.ts";
import { Random } from "./core/random.ts";
import { Scheduler } from "./core/scheduler.ts";
import { Trace } from "./core/trace.ts";
import { type CommitFate, SimulatedBlocks } from "./disk/simulatedBlocks.ts";
import { SimulatedDisk } from "./disk/simulatedDisk.ts";
import { type Fault, type FaultPlan, planFaults } from "./faults.ts";
import { walletOf } from "./keys/wallet.ts";
import type { Mark } from "./marks.ts";
import type { Mutation } from "./mutations.ts";
import type { Link } from "./network/link.ts";
import { Network } from "./network/network.ts";
import { createAsk } from "./network/rpc.ts";
import { acceptPlayer } from "./node/acceptPlayer.ts";
import { type Machine, ServerProcess } from "./node/serverProcess.ts";
import { Player } from "./player/player.ts";
import { Trader } from "./player/trader.ts";
import { ZkDisk } from "./zk/zkDisk.ts";

export type SimulationOptions = {
  readonly seed: number;
  readonly mutation?: Mutation | undefined;
  /** Gets every line of the trace. */
  readonly write?: ((line: string) => void) | undefined;
};

/** How long there is play, and faults. */
const PLAY_MS = 3000;
const TRADERS = 3;
const MAX_PLAYERS = 4;
/** A server that gave up is started again after so long. */
const RESTART_MS = 100;

const MARK_OF = {
  crashBefore: "the power goes before a commit is acknowledged",
  crashAfter: "the power goes right after a commit",
  fails: "a commit fails",
} as const satisfies Record<Exclude<CommitFate, "written">, Mark>;

/** One seed's world: machines, network, players, and what is known of how it must be. */
export class Simulation {
  readonly random: Random;
  readonly scheduler = new Scheduler();
  readonly trace: Trace;
  readonly marks = new Set<Mark>();
  readonly truth = new StoredTruth((mark) => this.marks.add(mark));
  readonly lanes: LaneLog[] = [];
  /** Transactions that were said to be on disk. */
  readonly acknowledged: Uint8Array[] = [];
  readonly players: readonly Player[];
  readonly traders: readonly Trader[];
  readonly machine: Machine;
  readonly plan: FaultPlan;
  readonly wallets: readonly Address[];
  /** Rounds whose report is on both chains, once all is over. */
  reportedRounds = 0;
  /** The first thing that was wrong. */
  violation: string | undefined;
  server: ServerProcess | undefined;
  restarts = 0;
  readonly #options: SimulationOptions;
  readonly #network: Network;
  /** Lasts as long as the simulation. */
  readonly #world: Lifetime;
  #clockStepMs = 0;
  #isCalm = false;

  constructor(options: SimulationOptions) {
    const { seed, write } = options;
    this.#options = options;
    this.random = new Random(`seed ${seed}`);
    this.trace = new Trace(() => this.scheduler.nowMs, write);
    this.#world = new Lifetime(this.scheduler, this.random.fork("world"));
    this.wallets = Array.from(
      { length: TRADERS },
      (_, index) => walletOf(`trader${index}`).address,
    );
    const names = Array.from({ length: this.random.int(1, MAX_PLAYERS) }, (_, i) => `player${i}`);
    this.plan = planFaults(this.random.fork("faults"), names.concat("trader0"), PLAY_MS);
    this.#network = new Network({
      life: this.#world,
      random: this.random.fork("network"),
      weather: { ...this.plan.weather },
      trace: (text) => this.trace.add(text),
    });
    this.machine = this.#createMachine();
    const ask = createAsk({
      network: this.#network,
      random: this.random.fork("rpc"),
      server: () => this.server,
    });
    const common = { ask, trace: (text: string) => this.trace.add(text) };
    this.players = names.map((name, index) => {
      return new Player({
        ...common,
        index,
        life: new Lifetime(this.scheduler, this.random.fork(`timers of ${name}`), 0.5),
        random: this.random.fork(name),
        nowMs: () => this.nowMs() - 20,
        connect: (from) => this.#connect(from),
        openLog: (place) => this.#openLog(place),
        onViolation: (what) => this.fail(what),
        onMark: (mark) => this.marks.add(mark),
        sendsAgain: options.mutation === "sendsAgain",
      });
    });
    this.traders = this.wallets.map(
      (_, index) =>
        new Trader({
          ...common,
          index,
          owners: this.wallets,
          life: this.#world,
          random: this.random.fork(`trader ${index}`),
          onAcknowledged: (raw) => this.#acknowledge(raw),
        }),
    );
  }

  /** Play with faults. Afterwards nothing more goes wrong. */
  async play(): Promise<void> {
    this.machine.disk.fullChance = this.plan.diskFullChance;
    this.machine.blocks.stallMs = this.plan.slowDiskMs;
    this.#start();
    for (const player of this.players) void player.play();
    for (const trader of this.traders) void trader.trade();
    for (const { atMs, fault } of this.plan.faults) {
      this.#world.after(atMs, () => this.#happen(fault));
    }
    await this.run(PLAY_MS);
  }

  /** From here on nothing goes wrong any more, and nobody begins anything. */
  calm(): void {
    this.#isCalm = true;
    Object.assign(this.#network.weather, { drop: 0, duplicate: 0, reorder: 0 });
    this.machine.blocks.stallMs = 0;
    this.machine.disk.fullChance = 0;
    this.#network.heal();
    // What was lost on an open connection comes again over a new one.
    this.#network.breakLinks();
    for (const one of [...this.players, ...this.traders]) one.finish();
  }

  /** Lets time pass. */
  run(forMs: number, isOver: () => boolean = () => false): Promise<void> {
    const untilMs = this.scheduler.nowMs + forMs;
    return this.scheduler.runUntil(untilMs, () => this.violation !== undefined || isOver());
  }

  /** By the server's wall clock. */
  nowMs(): TimestampMs {
    return timestampMs(Math.floor(T0 + this.scheduler.nowMs + this.#clockStepMs));
  }

  fail(what: string): void {
    if (this.violation !== undefined) return;
    this.violation = what;
    this.trace.add(`WRONG: ${what}`);
  }

  #createMachine(): Machine {
    const balances = this.wallets.flatMap((owner) =>
      ASSETS.map((asset) => ({ owner, asset, amount: ALLOWANCE })),
    );
    const { mutation } = this.#options;
    const random = this.random.fork("disk");
    return {
      balances,
      disk: new SimulatedDisk(random.fork("files")),
      zkDisk: new ZkDisk(random.fork("zk")),
      blocks: new SimulatedBlocks({
        random,
        fateOf: () => this.#fateOf(random),
        onCrash: () => this.#crash(RESTART_MS, 0),
        onStored: (block) => {
          this.trace.add(`disk has ${block.header.height} ${block.hash}`);
          const problem = this.truth.stored(block);
          if (problem !== undefined) this.fail(problem);
        },
        mutation:
          mutation === "acknowledgesEarly" || mutation === "forgetsOnCrash" ? mutation : undefined,
      }),
    };
  }

  #fateOf(random: Random): CommitFate {
    if (this.#isCalm || this.server?.isUp !== true) return "written";
    for (const fate of ["crashBefore", "crashAfter", "fails"] as const) {
      if (!random.chance(this.plan.commitFates[fate])) continue;
      this.marks.add(MARK_OF[fate]);
      return fate;
    }
    return "written";
  }

  #happen(fault: Fault): void {
    if (this.#isCalm) return;
    const { type } = fault;
    this.trace.add(`fault ${JSON.stringify(fault)}`);
    if (type === "crash") this.#crash(fault.downMs, fault.clockStepMs);
    else if (type === "restart") this.#restart(fault.downMs, fault.clockStepMs);
    else if (type === "break") {
      const { who } = fault;
      this.#network.breakLinks((name) => who === undefined || name.startsWith(`${who}#`));
    } else if (type === "rot") this.trace.add(`rot in ${this.machine.disk.rot() ?? "nothing"}`);
    else if (type === "stall") {
      this.machine.blocks.stallMs = fault.stallMs;
      this.#world.after(fault.forMs, () => {
        this.machine.blocks.stallMs = this.#isCalm ? 0 : this.plan.slowDiskMs;
      });
    } else {
      for (const name of fault.who) this.#network.cutOff(name);
      this.#world.after(fault.forMs, () => this.#network.heal());
    }
  }

  #start(): void {
    const life = new Lifetime(this.scheduler, this.random.fork(`timers ${this.restarts}`), 1.2);
    this.trace.add(`server ${this.restarts} starts`);
    const server = new ServerProcess({
      life,
      incarnation: this.restarts,
      machine: this.machine,
      random: this.random.fork(`server ${this.restarts}`),
      nowMs: () => this.nowMs(),
      logger: this.#createLogger(life),
      onViolation: (what) => life.alive && this.fail(what),
      onFailed: (error) => this.#onFailed(life, error),
      mutation: this.#options.mutation,
      onMark: (mark) => this.marks.add(mark),
    });
    this.server = server;
    server.start().then(
      () => this.trace.add(`server ${this.restarts} is up at ${server.ledger.head?.header.height}`),
      (error: unknown) => this.#onStartFailed(life, error),
    );
  }

  #onStartFailed(life: Lifetime, error: unknown): void {
    if (!life.alive) return;
    const stack = error instanceof Error ? error.stack : undefined;
    this.fail(`the server doesn't start: ${codeOf(error)} ${stack ?? ""}`);
  }

  /** A node that has failed says nothing more: here it ends at once. */
  #onFailed(life: Lifetime, error: Error): void {
    if (!life.alive) return;
    if (codeOf(error) !== "STORE_FAILED") this.fail(`the node failed: ${error.stack}`);
    this.trace.add(`server fails: ${codeOf(error)}`);
    this.#world.after(0, () => {
      if (life.alive) this.#crash(RESTART_MS, 0);
    });
  }

  #crash(downMs: number, clockStepMs: number): void {
    const { server } = this;
    if (server === undefined) return;
    this.trace.add("server crashes");
    this.#end(server, downMs, clockStepMs);
  }

  #restart(downMs: number, clockStepMs: number): void {
    const { server } = this;
    if (server?.isUp !== true) return;
    server.stop().then(
      () => {
        if (server.life.alive) this.#end(server, downMs, clockStepMs);
      },
      // A disk that fails meanwhile has been told of.
      (error: unknown) =>
        codeOf(error) !== "STORE_FAILED" && this.#onStartFailed(server.life, error),
    );
  }

  #end(server: ServerProcess, downMs: number, clockStepMs: number): void {
    server.life.end();
    server.isUp = false;
    this.server = undefined;
    this.machine.blocks.crash();
    this.machine.disk.crash();
    this.machine.zkDisk.crash();
    this.#network.breakLinks();
    this.#clockStepMs += clockStepMs;
    this.restarts++;
    if (this.machine.blocks.height < this.truth.height) {
      this.fail(
        `the disk had ${this.truth.height + 1} blocks and has ${this.machine.blocks.height + 1}`,
      );
    }
    this.#world.after(this.#isCalm ? 0 : downMs, () => this.#start());
  }

  #createLogger(life: Lifetime): Logger {
    const tell =
      (level: string) => (message: string, fields?: Readonly<Record<string, unknown>>) => {
        if (!life.alive) return;
        const cause = fields?.error ?? fields?.cause;
        const code = cause === undefined ? "" : ` ${codeOf(cause)}`;
        this.trace.add(`${level}: ${message}${code}`);
        // A disk that fails makes everything fail that rests on it.
        const isExpected = this.server?.ledger.failure !== undefined;
        if (level === "error" && !isExpected) {
          this.fail(
            `error in the log: ${message}${code} ${(cause as Error | undefined)?.stack ?? ""}`,
          );
        }
      };
    return { debug: () => {}, info: tell("info"), warn: tell("warn"), error: tell("error") };
  }

  #connect(from: string): Link | undefined {
    if (this.server?.isUp !== true || this.#network.isCutOff(from)) return undefined;
    const link = this.#network.connect(from);
    acceptPlayer(link, this.server);
    return link;
  }

  #openLog(place: LanePlace): LaneLog {
    const log = new LaneLog(place, this.truth, (what) => this.fail(what));
    this.lanes.push(log);
    this.trace.add(`lane ${place.lane} of ${place.room} begins`);
    return log;
  }

  #acknowledge(raw: Uint8Array): void {
    this.acknowledged.push(raw);
    if (this.truth.timesStored(raw) === 0)
      this.fail("a transaction was acknowledged that isn't on disk");
  }
}
