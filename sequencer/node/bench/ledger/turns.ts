import { FastChainBench, type Throughput } from "../load/fastChainBench.ts";

/** Measured one after the other. */
export type FastChainTurn = { readonly ours: Throughput; readonly plainPerSecond: number };

const TURNS = 5;
/** Code gets compiled, the file gets its size. */
const WARM_UP_TURNS = 2;

/** As many actions as go through, and as many bytes as a file takes, in turns. */
export async function measureTurns(log: (line: string) => void): Promise<FastChainTurn[]> {
  const bench = new FastChainBench({ players: 1_000, perRoom: 10, actionsEach: 150 });
  try {
    log("logging in players");
    await bench.logIn();
    const turns: FastChainTurn[] = [];
    for (let turn = 0; turn < WARM_UP_TURNS + TURNS; turn++) {
      const ours = await bench.throughput();
      const plainPerSecond = await bench.plain();
      if (turn < WARM_UP_TURNS) continue;
      turns.push({ ours, plainPerSecond });
      log(
        `${Math.round(ours.perSecond)} sealed actions a second, ${ours.threadUs.toFixed(1)} µs of the thread each; ` +
          `${Math.round(plainPerSecond)} appended to a file`,
      );
    }
    return turns;
  } finally {
    await bench.close();
  }
}
