import { type Audit, audit } from "./checks/audit.ts";
import { ASSETS, FAST_CHAIN } from "./constants.ts";
import type { Mark } from "./marks.ts";
import { Simulation, type SimulationOptions } from "./simulation.ts";

export type SimulationResult = {
  readonly seed: number;
  /** What was wrong; undefined when nothing was. */
  readonly violation: string | undefined;
  /** sha256 of the trace: of all that happened. */
  readonly traceHash: string;
  readonly traceLines: number;
  readonly blocks: number;
  readonly restarts: number;
  /** Frames and transactions that were acknowledged. */
  readonly frames: number;
  readonly transactions: number;
  /** Rounds that were reported on both chains. */
  readonly rounds: number;
  readonly marks: readonly Mark[];
};

/** How long everything may take to be settled when nothing goes wrong any more. */
const SETTLE_MS = 45_000;
/** A fresh state root comes within a second. */
const ROOT_MS = 5000;

/** Runs one seed, and checks all that must hold. Never rejects. */
export async function simulate(options: SimulationOptions): Promise<SimulationResult> {
  const simulation = new Simulation(options);
  const onRejection = (error: unknown) => {
    simulation.fail(`nobody took: ${error instanceof Error ? error.stack : String(error)}`);
  };
  process.on("unhandledRejection", onRejection);
  try {
    await simulation.play();
    await settle(simulation);
    await check(simulation);
  } catch (error) {
    simulation.fail(error instanceof Error ? `${error.stack} ${causeOf(error)}` : String(error));
  } finally {
    process.off("unhandledRejection", onRejection);
  }
  const { trace, truth, restarts, violation, lanes, acknowledged } = simulation;
  trace.add(`the end: ${truth.height} ${violation ?? "all is well"}`);
  return {
    seed: options.seed,
    violation,
    traceHash: trace.digest(),
    traceLines: trace.lines,
    blocks: truth.height + 1,
    restarts,
    frames: lanes.reduce((sum, { sequenced }) => sum + sequenced, 0),
    transactions: acknowledged.length,
    rounds: simulation.reportedRounds,
    marks: [...simulation.marks],
  };
}

const causeOf = (error: Error) =>
  error.cause instanceof Error ? `cause: ${error.cause.stack}` : "";

/** Nothing goes wrong any more: everything that was begun must come to its end. */
async function settle(simulation: Simulation): Promise<void> {
  if (simulation.violation !== undefined) return;
  simulation.calm();
  // Those who had just begun to come back come back in this time.
  await simulation.run(500);
  await simulation.run(SETTLE_MS, () => isSettled(simulation));
  if (simulation.violation !== undefined) return;
  if (!isSettled(simulation)) {
    const open = simulation.players.filter(({ isSettled }) => !isSettled);
    const names = open.map(({ describe }) => describe);
    const busy = simulation.traders.filter(({ isSettled }) => !isSettled).map(({ name }) => name);
    simulation.fail(`not settled: ${[...names, ...busy, describeServer(simulation)].join("; ")}`);
    return;
  }
  // All that ever was is under a state root that a replay must have too.
  const { server } = simulation;
  const root = () => server?.ledger.chainHead(FAST_CHAIN)?.header.stateRoot;
  const before = root();
  await simulation.run(ROOT_MS, () => root() !== before);
  let isStopped = false;
  server?.stop().then(
    () => {
      isStopped = true;
    },
    (error: unknown) => simulation.fail(`the server doesn't stop: ${error}`),
  );
  await simulation.run(SETTLE_MS, () => isStopped);
  if (!isStopped) simulation.fail("the server doesn't stop");
}

function isSettled({ players, traders, server }: Simulation): boolean {
  if (server?.isUp !== true) return false;
  const { fastChain, zkChain, rooms, closing } = server;
  return (
    closing.size === 0 &&
    [...players, ...traders].every((one) => one.isSettled) &&
    zkChain.state.released === fastChain.withdrawals &&
    BigInt(zkChain.state.deposits.length) === fastChain.deposits &&
    [...rooms.values()].every(({ parts }) => parts.runner.phase !== "reporting")
  );
}

function describeServer({ server }: Simulation): string {
  if (server?.isUp !== true) return "the server isn't up";
  const { fastChain, zkChain, rooms } = server;
  const phases = Array.from(rooms.values(), ({ parts }) => parts.runner.phase).join(", ");
  return `${zkChain.state.released} of ${fastChain.withdrawals} releases, ${fastChain.deposits} of ${zkChain.state.deposits.length} deposits, rooms ${phases}`;
}

async function check(simulation: Simulation): Promise<void> {
  const { machine, wallets, lanes, acknowledged, truth, server, violation } = simulation;
  if (violation !== undefined || server === undefined) return;
  server.life.end();
  const audited = await audit({
    blocks: machine.blocks.blocks(),
    wallets: wallets.length,
    machine: machine.disk.machine(server.life),
    snapshotDir: "/data/snapshots",
  });
  for (const lane of lanes) lane.check();
  for (const raw of acknowledged) {
    const times = truth.timesStored(raw);
    if (times !== 1) simulation.fail(`a transaction that was acknowledged is there ${times} times`);
  }
  compare(simulation, audited);
}

/** What a replay comes to is what the server has. */
function compare(simulation: Simulation, { fast, zk, programs }: Audit): void {
  const { server, wallets } = simulation;
  if (server === undefined) return;
  const { fastChain, zkChain } = server;
  simulation.reportedRounds = [...zk.rounds.values()].filter(
    (one) => one.reportHash !== undefined,
  ).length;
  if (zkChain.state.released !== zk.released)
    simulation.fail("the ZK chain isn't what a replay says");
  for (const owner of wallets) {
    for (const asset of ASSETS) {
      const has = fastChain.balance(asset, owner);
      const should = fast.state.account(owner).balances.get(asset) ?? 0n;
      if (has !== should) simulation.fail(`${owner} has ${has}, and by a replay ${should}`);
    }
  }
  for (const { room, parts } of Array.from(server.rooms.values(), ({ parts }) => ({
    room: parts.runtime.journal.room,
    parts,
  }))) {
    const replayed = programs.get(room)?.stateHash();
    if (replayed !== parts.runtime.program.stateHash())
      simulation.fail(`room ${room} isn't what a replay says`);
  }
  for (const [room, { state }] of programs) {
    if (state.wrong > 0)
      simulation.fail(`room ${room} ran ${state.wrong} actions twice, or out of order`);
  }
}
