import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { createRandom } from "@weft/protocol/testing";
import { expect, test } from "vitest";
import {
  createPlayer,
  expectLedgerWhole,
  expectWhole,
  type Player,
  play,
  startProcess,
  temporaryDir,
} from "./support/loadedNode.ts";

// More of them: WEFT_KILLS=1000. The same again: WEFT_KILL_SEED=<what was printed>.
const KILLS = Number(process.env.WEFT_KILLS ?? 10);
const SEED = Number(process.env.WEFT_KILL_SEED ?? Math.floor(Math.random() * 2 ** 31));
/** On a machine that does other things too. */
const CYCLE_TIMEOUT_MS = 60_000;
const MAX_UPTIME_MS = 1000;

function snapshots(dataDir: string): string[] {
  const dir = join(dataDir, "snapshots");
  return existsSync(dir) ? readdirSync(dir) : [];
}

test(
  `killed at random moments, a node loses nothing that it acknowledged (WEFT_KILL_SEED=${SEED})`,
  async () => {
    console.info(`WEFT_KILL_SEED=${SEED} WEFT_KILLS=${KILLS}`);
    const random = createRandom(SEED);
    const dataDir = temporaryDir();
    const players = [createPlayer(0), createPlayer(1), createPlayer(2)] as const;
    let fromSnapshot = 0;
    for (let kill = 0; kill < KILLS; kill++) {
      const node = startProcess(dataDir, players);
      // Some don't live to listen.
      if (random(5) === 0) await wait(random(MAX_UPTIME_MS));
      else {
        const url = await node.fastUrl;
        if (url === undefined)
          throw new Error(`it didn't start after ${kill} kills: ${node.log()}`);
        await expectWhole(url, players);
        const playing = players.map((player, index) =>
          play(url, player, players[(index + 1) % players.length] as Player),
        );
        // The next ones are to have something to begin with.
        await expect.poll(() => snapshots(dataDir).length).toBeGreaterThan(0);
        await wait(random(MAX_UPTIME_MS));
        node.child.kill("SIGKILL");
        await Promise.all(playing);
      }
      node.child.kill("SIGKILL");
      await node.exited;
      if (/"snapshotHeight":\d/.test(node.log())) fromSnapshot++;
      expect(node.log()).not.toMatch(/damaged|can't be written or used/);
    }
    expect(snapshots(dataDir).length).toBeLessThanOrEqual(3);
    expect(fromSnapshot).toBeGreaterThan(0);
    const told = players.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
    expect(told).toBeGreaterThan(0);
    await expectLedgerWhole(dataDir, players);
  },
  KILLS * CYCLE_TIMEOUT_MS,
);
