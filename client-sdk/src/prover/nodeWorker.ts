import { parentPort } from "node:worker_threads";
import type { ProverMessage, ProverRequest } from "./messages.ts";
import { runProver } from "./runProver.ts";

/** The program of a worker thread that proves. */
if (parentPort === null) throw new Error("this module is a worker thread's");
const port = parentPort;
const post = (message: ProverMessage) => port.postMessage(message);

port.on("message", (request: ProverRequest) => void runProver(request, post));
post({ type: "ready" });
