import type { ProverMessage, ProverRequest } from "./messages.ts";
import { runProver } from "./runProver.ts";

/** The program of a Web Worker that proves. */
type WorkerScope = {
  onmessage: ((event: { data: ProverRequest }) => void) | null;
  postMessage(message: ProverMessage): void;
};
const scope = globalThis as unknown as WorkerScope;
const post = (message: ProverMessage) => scope.postMessage(message);

scope.onmessage = ({ data }) => void runProver(data, post);
post({ type: "ready" });
