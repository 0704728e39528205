import { parentPort } from "node:worker_threads";
import { giveWay } from "@weft/ledger/giveWay";
import { assert } from "@weft/protocol";
import { FastChainError } from "../errors.ts";
import type { ProofAnswer, ProofTask } from "./loginProofs.ts";
import { verifyOwnershipProof } from "./ownershipProof.ts";

// A thread of `LoginProofs`: one proof after another. What isn't a refusal is a bug, and ends the thread.

assert(parentPort !== null, "this file is a worker's");
giveWay();
const port = parentPort;
port.on("message", ({ genesis, open }: ProofTask) => port.postMessage(answerTo({ genesis, open })));

function answerTo({ genesis, open }: ProofTask): ProofAnswer {
  try {
    verifyOwnershipProof(genesis, open);
    return undefined;
  } catch (error) {
    if (!(error instanceof FastChainError)) throw error;
    return { code: error.code, message: error.message };
  }
}
