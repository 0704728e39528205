import type { Worker } from "node:worker_threads";
import type { Hash } from "@weft/protocol";
import { ZkChainError } from "./errors.ts";
import { MAX_WAITING_CALLS, STOP_TIMEOUT_MS } from "./limits.ts";
import { Listeners } from "./listeners.ts";
import {
  CLOSE_MESSAGE,
  METHODS,
  type Method,
  messageToError,
  type WorkerMessage,
} from "./messages.ts";
import type { BlockInfo, ZkChain, ZkEngine } from "./types.ts";

type WaitingCall = {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: ZkChainError) => void;
};

/** Makes a ZkChain out of the messages to and from a worker. */
export function connectZkChain(worker: Worker): ZkChain {
  const calls = new PendingCalls(worker);
  const pending = new Listeners<[]>();
  const committed = new Listeners<[BlockInfo]>();
  const dropped = new Listeners<[Hash, ZkChainError]>();
  const stopped = new Listeners<[ZkChainError]>();
  let isStopping = false;
  let lastError: unknown;
  /** The worker has let go of its store. */
  const closed = Promise.withResolvers<void>();

  worker.on("message", (message: WorkerMessage) => {
    if (message.type === "pending") pending.emit();
    else if (message.type === "committed") committed.emit(message.block);
    else if (message.type === "closed") closed.resolve();
    else if (message.type === "dropped") dropped.emit(message.hash, messageToError(message.error));
    else calls.settle(message);
  });
  worker.on("error", (error) => {
    lastError = error;
  });
  const exited = new Promise<void>((resolve) => {
    worker.once("exit", (exitCode) => {
      const error = stoppedError({ exitCode, expected: isStopping }, lastError);
      calls.refuseAll(error);
      if (!isStopping) stopped.emit(error);
      resolve();
    });
  });
  return {
    ...calls.engine(),
    onPending: (listener) => pending.add(listener),
    onCommitted: (listener) => committed.add(listener),
    onDropped: (listener) => dropped.add(listener),
    onStopped: (listener) => stopped.add(listener),
    async stop() {
      isStopping = true;
      // Nobody is to wait for what may not come any more.
      calls.refuseAll(stoppedError({ expected: true }));
      worker.postMessage(CLOSE_MESSAGE);
      const timer = setTimeout(closed.resolve, STOP_TIMEOUT_MS);
      await Promise.race([closed.promise, exited]);
      clearTimeout(timer);
      await worker.terminate();
      await exited;
    },
  };
}

function stoppedError(details: Readonly<Record<string, unknown>>, cause?: unknown): ZkChainError {
  return new ZkChainError("WORKER_STOPPED", "the ZK chain's worker has stopped", {
    details,
    cause,
  });
}

/** Calls that the worker has not answered yet. */
class PendingCalls {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, WaitingCall>();
  #nextId = 0;
  #stopped: ZkChainError | undefined;

  constructor(worker: Worker) {
    this.#worker = worker;
  }

  engine(): ZkEngine {
    const methods = METHODS.map((method) => [
      method,
      (...args: readonly unknown[]) => this.#call(method, args),
    ]);
    // METHODS has every name of the interface, and the worker's engine is one too.
    return Object.fromEntries(methods) as ZkEngine;
  }

  settle(message: Extract<WorkerMessage, { readonly id: number }>): void {
    const call = this.#waiting.get(message.id);
    if (call === undefined) return;
    this.#waiting.delete(message.id);
    if (message.type === "result") call.resolve(message.value);
    else call.reject(messageToError(message.error));
  }

  /** The worker is gone: neither the waiting calls nor later ones are answered any more. */
  refuseAll(error: ZkChainError): void {
    this.#stopped = error;
    for (const { reject } of this.#waiting.values()) reject(error);
    this.#waiting.clear();
  }

  #call(method: Method, args: readonly unknown[]): Promise<unknown> {
    if (this.#stopped !== undefined) return Promise.reject(this.#stopped);
    if (this.#waiting.size >= MAX_WAITING_CALLS) {
      const error = new ZkChainError("OVERLOADED", `${this.#waiting.size} calls wait already`);
      return Promise.reject(error);
    }
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#worker.postMessage({ id, method, args });
      this.#waiting.set(id, { resolve, reject });
    });
  }
}
