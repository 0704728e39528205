// Proves once, in whatever thread it is run, and does nothing to end: a test waits for that.
import { parentPort } from "node:worker_threads";
import { readArtifact } from "../src/node.ts";
import { prepareProving, proveOwnership } from "../src/proveOwnership.ts";
import { createTestWitness } from "../src/testing.ts";

const [wasm, zkey] = await Promise.all([readArtifact("wasm"), readArtifact("zkey")]);
const parallel = !process.argv.includes("--one-thread");
const release = process.argv.includes("--prepare") ? await prepareProving(parallel) : () => {};
const { proof } = await proveOwnership({ wasm, zkey, parallel, witness: createTestWitness() });
release();
if (parentPort === null) console.log(Buffer.from(proof).toString("hex"));
else parentPort.postMessage(proof);
