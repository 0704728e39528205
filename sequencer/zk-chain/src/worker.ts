import { parentPort, workerData } from "node:worker_threads";
import { giveWay } from "@weft/ledger/giveWay";
import { assert } from "@weft/protocol";
import { createZkEngine, storeInMemory, storeOnDisk } from "./engine/engine.ts";
import {
  type CallMessage,
  CLOSE_MESSAGE,
  errorToMessage,
  type WorkerMessage,
  type WorkerOptions,
} from "./messages.ts";
import type { BuiltBlock, ExecutedBlock, ZkEngine } from "./types.ts";

/** The thread that executes EVM code: an engine, and the messages that drive it. */

assert(parentPort !== null, "worker.ts runs in a worker thread");
giveWay();
const port = parentPort;
const post = (message: WorkerMessage) => port.postMessage(message);

async function start(): Promise<ZkEngine & { close(): Promise<void> }> {
  const { dataDir } = workerData as WorkerOptions;
  const storage = dataDir === undefined ? storeInMemory() : storeOnDisk(dataDir);
  const events = {
    onPending: () => post({ type: "pending" }),
    onCommitted: (block) => post({ type: "committed", block }),
    onDropped: (hash, error) => post({ type: "dropped", hash, error: errorToMessage(error) }),
  } satisfies Parameters<typeof createZkEngine>[0];
  const engine = createZkEngine(events, storage);
  return {
    ...engine,
    buildGenesis: async (genesis) => withoutReceipts(await engine.buildGenesis(genesis)),
    build: async (input) => {
      const built = await engine.build(input);
      return built && withoutReceipts(built);
    },
  };
}

/** Who makes blocks doesn't need them, and to read a full block's would take that thread tens of milliseconds. */
function withoutReceipts({ receipts: _, ...built }: ExecutedBlock): BuiltBlock {
  return built;
}

/** One that can't start says why to everybody who calls, first of all to `startZkChain`. */
const started = start();
started.catch(() => {});

async function answer({ id, method, args }: CallMessage): Promise<WorkerMessage> {
  try {
    const engine = await started;
    // The types are kept by the other side, which takes the same interface as its own.
    const call = engine[method] as (...args: readonly unknown[]) => Promise<unknown>;
    return { type: "result", id, value: await call(...args) };
  } catch (error) {
    return { type: "error", id, error: errorToMessage(error) };
  }
}

async function close(): Promise<void> {
  try {
    await (await started).close();
  } catch {
    // It never started, or its store has failed: then there is nothing left to close.
  }
  post({ type: "closed" });
}

port.on("message", (message: CallMessage | typeof CLOSE_MESSAGE) => {
  if (message === CLOSE_MESSAGE) void close();
  else void answer(message).then(post);
});
