import { availableParallelism } from "node:os";
import { setFlagsFromString } from "node:v8";
import { helpersGiveWay } from "@weft/ledger/giveWay";

/** With so many processors, or fewer, the threads of a node that is busy leave none free. */
const FEW_PROCESSORS = 3;

/**
 * Has the thread that serves rooms get a processor when it needs one. What V8 does beside it gives way, and where processors are few it
 * collects young garbage alone: with helpers it waits for each of them to find a processor, 14 ms for 2 ms of work.
 *
 * V8 asks for the flag at each collection, so it may change while code runs. It is one for the whole process.
 */
export function serveFirst(): void {
  helpersGiveWay();
  if (availableParallelism() <= FEW_PROCESSORS) setFlagsFromString("--no-parallel-scavenge");
}
