import { setTimeout as wait } from "node:timers/promises";
import type { MoveChain } from "./moveChain.ts";

/** @returns moves in blocks, a second, when the chain never has to wait for more */
export async function measureThroughput(
  chain: MoveChain,
  { moves, maxSeconds }: { moves: number; maxSeconds: number },
): Promise<number> {
  const finished = Promise.withResolvers<void>();
  const from = chain.submitted;
  let included = 0;
  const submitted = () => chain.submitted - from;
  const fill = () => {
    while (submitted() < moves && submitted() - included < chain.maxInFlight) chain.submitNext();
  };
  const startMs = performance.now();
  let lastMs = startMs;
  chain.onBlock = (block) => {
    included += block.length;
    lastMs = performance.now();
    if (included >= moves) finished.resolve();
    else if (lastMs - startMs < maxSeconds * 1000) fill();
    else if (included === submitted()) finished.resolve();
  };
  fill();
  const late = wait(2 * maxSeconds * 1000, undefined, { ref: false });
  await Promise.race([finished.promise, late, chain.failed]);
  return included / ((lastMs - startMs) / 1000);
}

/** @returns from when each of the next moves was due until it was in a block, in ms */
export async function measureLatencies(
  chain: MoveChain,
  { moves, perSecond }: { moves: number; perSecond: number },
): Promise<number[]> {
  const from = chain.submitted;
  const latenciesMs: number[] = [];
  const finished = Promise.withResolvers<void>();
  const startMs = performance.now();
  chain.onBlock = (block) => {
    const nowMs = performance.now() - startMs;
    // Those of before may still come.
    for (const move of block) {
      if (move >= from) latenciesMs.push(nowMs - ((move - from) / perSecond) * 1000);
    }
    if (latenciesMs.length >= moves) finished.resolve();
  };
  while (chain.submitted - from < moves) {
    const due = Math.min(moves, ((performance.now() - startMs) / 1000) * perSecond);
    while (chain.submitted - from < due) chain.submitNext();
    await Promise.race([wait(1), chain.failed]);
  }
  await Promise.race([finished.promise, chain.failed]);
  return latenciesMs;
}
