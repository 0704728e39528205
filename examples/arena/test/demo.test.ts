import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "..", "..", "..");

type Outcome = { code: number | null; stdout: string; stderr: string };

/** Runs the demo as a user would, and waits for its end. */
async function runDemo(args: readonly string[]): Promise<Outcome> {
  const child = spawn("npm", ["run", "demo", "--", "--json", "--port", "0", ...args], {
    cwd: root,
    stdio: ["ignore", "pipe", "pipe"],
  });
  const outcome: Outcome = { code: null, stdout: "", stderr: "" };
  child.stdout.on("data", (chunk) => {
    outcome.stdout += chunk;
  });
  child.stderr.on("data", (chunk) => {
    outcome.stderr += chunk;
  });
  const [code] = await once(child, "close");
  return { ...outcome, code };
}

/** Four proofs take ten seconds of two idle cores, and longer of busy ones. */
const TIMEOUT_MS = 300_000;

test("the demo plays a round from login to a traded prize", { timeout: TIMEOUT_MS }, async () => {
  const args = ["--rpc-port", "0", "--round-seconds", "8", "--rate", "20"];
  const { code, stdout, stderr } = await runDemo(args);
  expect({ code, stderr: code === 0 ? "" : stderr }).toEqual({ code: 0, stderr: "" });
  expect(stderr).toMatch(/play at http:.+\n.+watch the ledger at http:.+\/explorer\n/);
  const summary = JSON.parse(stdout);
  expect(summary.ok).toBe(true);
  // 4 bots, 8 seconds, 20 a second: on a machine that is idle it would be some 600.
  expect(summary.actions).toBeGreaterThan(40);
  expect(summary.sealed).toBe(summary.actions);
  const { ledger, round, sale, crossings, replay, steps, logins, players } = summary;
  expect(logins.type).toBe("ownership");
  expect(logins.proveMs).toBeGreaterThan(0);
  expect(logins.players).toHaveLength(players.length);
  // Prizes go where the proofs say, and not to the wallets that hold the passes.
  const payouts = players.map(({ payout }: { payout: string }) => payout);
  for (const { to } of round.minted) expect(payouts).toContain(to);
  for (const { address } of players) expect(payouts).not.toContain(address);
  expect(ledger.height).toBe(ledger.fastBlocks + ledger.zkBlocks - 1);
  expect(ledger.switches).toBeGreaterThan(4);
  expect(round.id).toMatch(/^0x[0-9a-f]{64}$/);
  expect(round.minted.length).toBeGreaterThan(0);
  expect(round.minted.length).toBeLessThanOrEqual(round.cap);
  expect(round.coSigned).toBe(summary.players.length);
  expect(sale.tokenId).toBe(round.minted[0].tokenId);
  expect(sale.seller).toBe(round.minted[0].to);
  expect(sale.buyer).not.toBe(sale.seller);
  expect(BigInt(sale.priceWei)).toBeGreaterThan(0n);
  expect(crossings.toFastMs).toBeGreaterThan(0);
  expect(crossings.toZkMs).toBeGreaterThan(0);
  expect(replay).toMatchObject({ rootsEqual: true, heights: ledger.height + 1 });
  expect(steps.length).toBeGreaterThan(8);
  // The prize is its buyer's, and what crossed and came back is where it should be.
  const [first] = summary.players;
  expect(first.fastWei).toBe((3n * 10n ** 18n).toString());
  const items = summary.players.reduce(
    (sum: number, { items }: { items: number }) => sum + items,
    0,
  );
  expect(items).toBe(round.minted.length);
});

test("a step that fails is named, with its code, and the exit status is 1", async () => {
  const blocker = createServer();
  blocker.listen(0, "127.0.0.1");
  await once(blocker, "listening");
  const address = blocker.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  try {
    const { code, stdout } = await runDemo(["--rpc-port", String(port)]);
    expect(code).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      failed: { step: "start the node and the game server", code: "LISTEN_FAILED" },
    });
  } finally {
    blocker.close();
  }
});
