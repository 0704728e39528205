import { expect, test, vi } from "vitest";
import { runKills } from "./killSuite.ts";

const KILLS = 100;
/** Far more than it takes. */
const TIMEOUT_MS = 20 * 60_000;

test(
  "a server that is killed a hundred times under load loses nothing and does nothing twice",
  async () => {
    // Colyseus's SDK says on the console that it reconnects.
    vi.spyOn(console, "info").mockImplementation(() => {});
    const seed = Number(process.env.WEFT_FAULTS_SEED ?? Math.floor(Math.random() * 2 ** 32));
    const log = (line: string) => console.log(`seed ${seed}: ${line}`);
    log(`npm run test:faults -- --kills ${KILLS} --seed ${seed} does the same again`);
    const summary = await runKills({ kills: KILLS, seed, log });
    log(JSON.stringify(summary));
    expect(summary.kills).toBe(KILLS);
    // The suite has done what it says: every moment was hit, and players came back each time they could.
    expect(Math.min(...Object.values(summary.killedIn))).toBeGreaterThan(0);
    expect(summary.comebacks).toBeGreaterThan(KILLS);
    expect(summary.actions).toBeGreaterThan(10 * KILLS);
    expect(summary.roundsReported).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);
