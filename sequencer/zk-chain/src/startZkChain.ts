import { Worker } from "node:worker_threads";
import { connectZkChain } from "./connectZkChain.ts";
import { ZkChainError } from "./errors.ts";
import { MIN_WORKER_HEAP_MB, WORKER_HEAP_MB } from "./limits.ts";
import type { WorkerOptions } from "./messages.ts";
import type { ZkChain } from "./types.ts";

/**
 * Starts the ZK chain in a worker thread of its own. It goes on where the chain in `dataDir` ended; a new one,
 * or one without a directory, is empty until `buildGenesis` or `execute`.
 * @param options.dataDir a directory of its own, for one process at a time.
 * @param options.heapMb what the worker may use before it dies; WORKER_HEAP_MB when not given.
 * @throws ZkChainError REQUEST_INVALID; STORE_OPEN_FAILED, STORE_CORRUPT; WORKER_STOPPED when the thread doesn't come up.
 */
export async function startZkChain(
  options: { readonly heapMb?: number; readonly dataDir?: string } = {},
): Promise<ZkChain> {
  const { heapMb = WORKER_HEAP_MB, dataDir } = options;
  if (!(heapMb >= MIN_WORKER_HEAP_MB)) {
    // Node can't start a thread in much less, and takes the whole process down when it tries.
    throw new ZkChainError("REQUEST_INVALID", `heapMb: at least ${MIN_WORKER_HEAP_MB}`);
  }
  const worker = new Worker(new URL("./worker.ts", import.meta.url), {
    name: "weft-zk-chain",
    workerData: (dataDir === undefined ? {} : { dataDir }) satisfies WorkerOptions,
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  });
  const chain = connectZkChain(worker);
  try {
    // The first answer shows that the worker runs; one that can't start refuses this call.
    await chain.newest();
    return chain;
  } catch (error) {
    await chain.stop();
    throw error;
  }
}
