import type { ProverMessage } from "../prover/messages.ts";
import { movedBytes, type Platform } from "./platform.ts";

/** Browsers, and whatever has Web Workers. */
export const platform: Platform = {
  startProver({ onMessage, onFailure }, createWorker = createWebWorker) {
    const worker = createWorker() as Worker;
    worker.addEventListener("message", ({ data }) => onMessage(data as ProverMessage));
    worker.addEventListener("error", (event) => {
      onFailure(new Error(event.message || "the worker's program could not be loaded"));
    });
    return {
      send: (request) => worker.postMessage(request, movedBytes(request)),
      stop: () => worker.terminate(),
    };
  },
  readOwnArtifact: async () => undefined,
};

/** Bundlers look for exactly this expression. */
function createWebWorker(): Worker {
  return new Worker(new URL("../prover/webWorker.ts", import.meta.url), { type: "module" });
}
