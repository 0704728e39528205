import type { ProverTask } from "../../src/prover/messages.ts";
import { measureProving, type ProvingTimes } from "../measureProving.ts";

/** Proves in a page's Web Workers, as logins there do. Runs in a browser. */
export function prove(task: ProverTask, runs: number): Promise<ProvingTimes> {
  return measureProving(task, runs);
}
