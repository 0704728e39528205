import { parentPort } from "node:worker_threads";
import { assert } from "@weft/protocol";
import { createZkEngine } from "./engine/engine.ts";
import { type CallMessage, errorToMessage, type WorkerMessage } from "./messages.ts";
import type { ZkEngine } from "./types.ts";

/** The thread that executes EVM code: an engine, and the messages that drive it. */

assert(parentPort !== null, "worker.ts runs in a worker thread");
const port = parentPort;
const post = (message: WorkerMessage) => port.postMessage(message);

const engine: ZkEngine = createZkEngine({
  onPending: () => post({ type: "pending" }),
  onCommitted: (committed) => post({ type: "committed", committed }),
  onDropped: (hash, error) => post({ type: "dropped", hash, error: errorToMessage(error) }),
});

port.on("message", ({ id, method, args }: CallMessage) => {
  // The types are kept by the other side, which takes the same interface as its own.
  const call = engine[method] as (...args: readonly unknown[]) => Promise<unknown>;
  call(...args).then(
    (value) => post({ type: "result", id, value }),
    (error: unknown) => post({ type: "error", id, error: errorToMessage(error) }),
  );
});
