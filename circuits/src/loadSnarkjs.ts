/** What snarkjs exports. */
export type Snarkjs = typeof import("snarkjs");

/** Where a module finds the class below: a data: URL can't import a file. */
const CLASS_SYMBOL = "weft.NodeWebWorker";

let loading: Promise<Snarkjs> | undefined;

/**
 * Loads snarkjs when it is first needed: who only verifies or reads the manifest does without its half
 * a megabyte. In browsers a bundler finds its browser build; in Node it runs in any thread.
 */
export function loadSnarkjs(): Promise<Snarkjs> {
  loading ??= isNode() ? loadInNode() : import("snarkjs");
  return loading;
}

function isNode(): boolean {
  return typeof process !== "undefined" && typeof process.getBuiltinModule === "function";
}

/**
 * snarkjs computes on threads that it starts through the package `web-worker`. In a worker thread of Node that
 * package takes itself for what it was started by: it replaces global's prototype, listens on the parent's port
 * and requires `workerData.mod`. So in Node it is left out, and a class that works in every thread stands in for it.
 */
async function loadInNode(): Promise<Snarkjs> {
  const { registerHooks } = process.getBuiltinModule("node:module");
  Object.defineProperty(globalThis, Symbol.for(CLASS_SYMBOL), { value: createWorkerClass() });
  const url = `data:text/javascript,export default globalThis[Symbol.for("${CLASS_SYMBOL}")]`;
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "web-worker" ? { url, shortCircuit: true } : next(specifier, context),
  });
  try {
    return await import("snarkjs");
  } finally {
    hooks.deregister();
  }
}

/** As much of the Web's Worker as snarkjs uses, on Node's worker threads. */
function createWorkerClass() {
  const { Worker: NodeWorker } = process.getBuiltinModule("node:worker_threads");
  const scope = `const { parentPort } = require("node:worker_threads");
    globalThis.self = { postMessage: (data) => parentPort.postMessage(data), close: () => process.exit() };
    parentPort.on("message", (data) => self.onmessage({ data }));\n`;
  return class NodeWebWorker {
    readonly #thread: InstanceType<typeof NodeWorker>;

    /** @param url data: with a script in base64 */
    constructor(url: string) {
      const script = Buffer.from(url.slice(url.indexOf(",") + 1), "base64").toString();
      this.#thread = new NodeWorker(scope + script, { eval: true });
    }

    addEventListener(event: string, listener: (event: { data: unknown }) => void): void {
      this.#thread.on(event, (data: unknown) => listener({ data }));
    }

    postMessage(data: unknown, transfers?: ArrayBuffer[]): void {
      this.#thread.postMessage(data, transfers);
    }
  };
}
