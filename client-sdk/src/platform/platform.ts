import type { ArtifactName } from "../prover/artifacts.ts";
import type { ProverMessage, ProverRequest } from "../prover/messages.ts";

/** A thread that proves, wherever it runs. */
export type ProverThread = {
  /** The request's bytes move there. */
  send(request: ProverRequest): void;
  stop(): void;
};

/** What a request to the thread carries over rather than copies. */
export function movedBytes(request: ProverRequest): ArrayBuffer[] {
  if (request.type !== "prove") return [];
  return [request.wasm, request.zkey].map(({ buffer }) => buffer as ArrayBuffer);
}

export type ProverThreadEvents = {
  onMessage(message: ProverMessage): void;
  /** It has died, or never came up. */
  onFailure(error: unknown): void;
};

/** What browsers and Node do in different ways. `#platform` of package.json says which one a program gets. */
export type Platform = {
  /** @param createWorker What the application gave to make a worker with; see `ProverOptions`. */
  startProver(events: ProverThreadEvents, createWorker: (() => unknown) | undefined): ProverThread;
  /** A file of the circuit's set-up, where the SDK itself has it. */
  readOwnArtifact(name: ArtifactName): Promise<Uint8Array | undefined>;
};
