import { readFile } from "node:fs/promises";
import { Worker } from "node:worker_threads";
import { ownershipFiles } from "@weft/circuits/node";
import type { ProverMessage } from "../prover/messages.ts";
import { movedBytes, type Platform } from "./platform.ts";

export const platform: Platform = {
  startProver({ onMessage, onFailure }, createWorker = createNodeWorker) {
    const worker = createWorker() as Worker;
    worker.on("message", (message: ProverMessage) => onMessage(message));
    worker.on("error", onFailure);
    worker.on("exit", () => onFailure(new Error("the thread has ended")));
    return {
      send: (request) => worker.postMessage(request, movedBytes(request)),
      stop: () => void worker.terminate(),
    };
  },
  readOwnArtifact: async (name) => new Uint8Array(await readFile(ownershipFiles[name])),
};

function createNodeWorker(): Worker {
  return new Worker(new URL("../prover/nodeWorker.ts", import.meta.url), { name: "weft prover" });
}
