import { expect, test, vi } from "vitest";
import { runKills } from "./killSuite.ts";

/** CI has the time for as many as it takes to be sure; who changes something wants an answer sooner. */
const KILLS = process.env.CI ? 100 : 25;
/** Far more than it takes. */
const TIMEOUT_MS = 20 * 60_000;

test(
  `a server that is killed ${KILLS} times under load loses nothing and does nothing twice`,
  async () => {
    // Colyseus's SDK says on the console that it reconnects.
    vi.spyOn(console, "info").mockImplementation(() => {});
    const seed = Number(process.env.WEFT_FAULTS_SEED ?? Math.floor(Math.random() * 2 ** 32));
    const log = (line: string) => console.log(`seed ${seed}: ${line}`);
    log(`npm run test:faults -- --kills ${KILLS} --seed ${seed} does the same again`);
    const summary = await runKills({ kills: KILLS, seed, log });
    log(JSON.stringify(summary));
    expect(summary.kills).toBe(KILLS);
    // The suite has done what it says: every moment was hit, which few kills may miss, and players came back each time they could.
    const rarest = Math.min(...Object.values(summary.killedIn));
    if (KILLS >= 100) expect(rarest).toBeGreaterThan(0);
    expect(summary.comebacks).toBeGreaterThan(KILLS);
    expect(summary.actions).toBeGreaterThan(10 * KILLS);
    expect(summary.roundsReported).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);
