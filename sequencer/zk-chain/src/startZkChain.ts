import { Worker } from "node:worker_threads";
import { connectZkChain } from "./connectZkChain.ts";
import { ZkChainError } from "./errors.ts";
import { MIN_WORKER_HEAP_MB, WORKER_HEAP_MB } from "./limits.ts";
import type { ZkChain } from "./types.ts";

/**
 * Starts the ZK chain in a worker thread of its own; it is empty until `buildGenesis` or `execute`.
 * @param options.heapMb what the worker may use before it dies; WORKER_HEAP_MB when not given.
 * @throws ZkChainError REQUEST_INVALID; WORKER_STOPPED when the thread doesn't come up.
 */
export async function startZkChain(options: { readonly heapMb?: number } = {}): Promise<ZkChain> {
  const { heapMb = WORKER_HEAP_MB } = options;
  if (!(heapMb >= MIN_WORKER_HEAP_MB)) {
    // Node can't start a thread in much less, and takes the whole process down when it tries.
    throw new ZkChainError("REQUEST_INVALID", `heapMb: at least ${MIN_WORKER_HEAP_MB}`);
  }
  const worker = new Worker(new URL("./worker.ts", import.meta.url), {
    name: "weft-zk-chain",
    resourceLimits: { maxOldGenerationSizeMb: heapMb },
  });
  const chain = connectZkChain(worker);
  // The first answer shows that the worker runs; one that can't start refuses this call.
  await chain.newest();
  return chain;
}
