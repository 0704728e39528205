import { forbidRealTime } from "./core/forbidRealTime.ts";
import type { SeedBatch } from "./runSeeds.ts";
import { simulate } from "./simulate.ts";

// Runs batches of seeds for `runSeeds`, one after the other.

forbidRealTime();
process.on("message", (batch: SeedBatch) => {
  void runBatch(batch);
});
// Nobody is there any more who wants to know.
process.on("disconnect", () => process.exit());
process.send?.("ready");

async function runBatch({ from, to, mutation }: SeedBatch): Promise<void> {
  for (let seed = from; seed < to; seed++) process.send?.(await simulate({ seed, mutation }));
  process.send?.("ready");
}
