import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { keccak256, utf8ToBytes } from "@weft/protocol";
import { percentile } from "@weft/protocol/testing";
import {
  type LoopBlock,
  silentLogger,
  startNode,
  type WeftNode,
  watchLoop,
} from "../../src/index.ts";
import { openPlayers } from "../load/openPlayers.ts";
import { PlayedRooms } from "../load/playedRooms.ts";
import { ACTIONS_PER_SECOND } from "../load/preparedLane.ts";
import { signerOf } from "../load/signTransaction.ts";
import { FullBlocks } from "./fullBlocks.ts";
import { PacedLoad } from "./pacedLoad.ts";
import { prepareLogin } from "./repeatedLogin.ts";

const OPERATOR_KEY = keccak256(utf8ToBytes("bench operator"));
const OWNER_KEY = keccak256(utf8ToBytes("bench owner"));

export type SteadyOptions = {
  readonly actionsPerSecond: number;
  readonly perRoom: number;
  readonly loginsPerSecond: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly log: (line: string) => void;
};

/** What the thread that serves went through; in ms, where nothing else is said. */
export type Steady = {
  readonly actionsPerSecond: number;
  readonly blockIntervalP50: number;
  readonly blockIntervalP99: number;
  readonly loopP99: number;
  readonly loopMax: number;
  /** Of the processor, which is less where others use the machine. */
  readonly loopCpuP99: number;
  readonly loopCpuMax: number;
  /** How much of a core the thread took. */
  readonly threadShare: number;
  readonly zkBlocksPerSecond: number;
  /** Gas of an average ZK block, by what it may have. */
  readonly zkFullness: number;
  readonly loginsPerSecond: number;
  /** Whether the thread took what came. */
  readonly keptUp: boolean;
  /** The longest turns. */
  readonly longest: readonly LoopBlock[];
};

const LONGEST = 10;
/** Of what comes, so much must be taken in the same time. */
const KEEPS_UP = 0.99;
/** Turns shorter than this aren't looked into. */
const WATCHED_MS = 1;

/** A real node, with its worker threads and its disk, under a load that comes evenly. */
export async function measureSteady(options: SteadyOptions): Promise<Steady> {
  const dataDir = mkdtempSync(join(tmpdir(), "weft-bench-steady-"));
  const node = await startNode({
    dataDir,
    rpc: { port: 0 },
    operatorKey: OPERATOR_KEY,
    owner: signerOf(OWNER_KEY).address,
    ownerKey: OWNER_KEY,
    allowDevelopmentCircuits: true,
    logger: silentLogger,
  });
  try {
    return await measure(node, options);
  } finally {
    await node.stop();
    rmSync(dataDir, { recursive: true, force: true });
  }
}

async function measure(node: WeftNode, options: SteadyOptions): Promise<Steady> {
  const { log, warmUpSeconds, seconds, perRoom, actionsPerSecond } = options;
  const allSeconds = warmUpSeconds + seconds;
  log("logging in players, and signing for all that they will do");
  const players = await openPlayers(
    node.fastChain,
    Math.ceil(actionsPerSecond / ACTIONS_PER_SECOND),
  );
  const actionsEach = (allSeconds + 1) * ACTIONS_PER_SECOND;
  const { fastChain, sealVerifier } = node;
  const name = "steady";
  const rooms = new PlayedRooms(fastChain, { players, sealVerifier, perRoom, actionsEach, name });
  const verifyLogin = await prepareLogin(node);
  log("signing transfers");
  const fullBlocks = await FullBlocks.prepare(node, signerOf(OWNER_KEY), allSeconds);
  const load = new PacedLoad({ ...options, rooms, fullBlocks, verifyLogin });
  load.start();
  await wait(warmUpSeconds * 1000);
  log(`measuring for ${seconds} s`);
  const measured = await observe(node, { load, fullBlocks, ms: seconds * 1000 });
  load.stop();
  fullBlocks.stop();
  await rooms.onDisk();
  return measured;
}

type Observed = {
  readonly load: PacedLoad;
  readonly fullBlocks: FullBlocks;
  readonly ms: number;
};

async function observe(node: WeftNode, { load, fullBlocks, ms }: Observed): Promise<Steady> {
  const { ledger, fastChainId } = node;
  const longest: LoopBlock[] = [];
  const intervals: number[] = [];
  let lastBlockMs: number | undefined;
  const unsubscribe = ledger.subscribe({
    appended({ header }) {
      if (header.chainId !== fastChainId) return;
      const nowMs = performance.now();
      if (lastBlockMs !== undefined) intervals.push(nowMs - lastBlockMs);
      lastBlockMs = nowMs;
    },
  });
  const watch = watchLoop({ thresholdMs: WATCHED_MS, onBlock: (block) => longest.push(block) });
  const before = { actions: load.actions, zk: fullBlocks.blocks.length, logins: load.logins };
  const cpu = process.threadCpuUsage();
  const startMs = performance.now();
  await wait(ms);
  const seconds = (performance.now() - startMs) / 1000;
  const { user, system } = process.threadCpuUsage(cpu);
  watch.stop();
  unsubscribe();
  longest.sort((a, b) => b.durationMs - a.durationMs);
  const zkBlocks = fullBlocks.blocks.slice(before.zk);
  const actionsPerSecond = (load.actions - before.actions) / seconds;
  return {
    actionsPerSecond,
    keptUp: actionsPerSecond >= load.wantedPerSecond * KEEPS_UP,
    blockIntervalP50: percentile(intervals, 0.5),
    blockIntervalP99: percentile(intervals, 0.99),
    loopP99: watch.turnsNs.percentile(99) / 1e6,
    loopMax: watch.turnsNs.max / 1e6,
    loopCpuP99: watch.turnsCpuNs.percentile(99) / 1e6,
    loopCpuMax: watch.turnsCpuNs.max / 1e6,
    threadShare: (user + system) / 1e6 / seconds,
    zkBlocksPerSecond: zkBlocks.length / seconds,
    zkFullness: sum(zkBlocks.map(({ fullness }) => fullness)) / zkBlocks.length,
    loginsPerSecond: (load.logins - before.logins) / seconds,
    longest: longest.slice(0, LONGEST),
  };
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);
