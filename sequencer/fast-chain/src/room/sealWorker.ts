import { parentPort } from "node:worker_threads";
import { assert } from "@weft/protocol";
import { unpackSeals } from "./sealBatch.ts";
import { sealHolds } from "./sealClaim.ts";
import type { SealAnswer } from "./sealVerifier.ts";

// The thread of `SealVerifier`: one batch after another. It keeps the keys that it has parsed.

assert(parentPort !== null, "this file is a worker's");
const port = parentPort;
port.on("message", (packed: Uint8Array) => {
  const held = unpackSeals(packed).map((task) => (sealHolds(task) ? 1 : 0));
  port.postMessage(Uint8Array.from(held) satisfies SealAnswer);
});
port.postMessage("ready" satisfies SealAnswer);
