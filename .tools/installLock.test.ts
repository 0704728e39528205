import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { withInstallLock } from "./installLock.mjs";

let folder = "";
let path = "";
const logged: string[] = [];
const log = (line: string) => logged.push(line);

/** Never abandoned, never given up: a test shortens what it is about. */
const patient = { heartbeatMs: 5, abandonedAfterMs: 1e9, pollMs: 1, waitLimitMs: 1e9 };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "weft-lock-"));
  path = join(folder, "lock");
  logged.length = 0;
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function leaveLock(owner: object): void {
  writeFileSync(path, JSON.stringify(owner));
}

/** A process id that was somebody's, and is nobody's now. */
function deadPid(): number {
  return spawnSync(process.execPath, ["--version"]).pid;
}

test("the lock is held while the work runs, and gone afterwards, come what may", async () => {
  const result = await withInstallLock(path, log, async () => existsSync(path), patient);
  expect(result).toBe(true);
  const broken = withInstallLock(path, log, () => Promise.reject(new Error("no disk")), patient);
  await expect(broken).rejects.toThrow("no disk");
  expect(readdirSync(folder)).toEqual([]);
});

test("many at once work one after the other", async () => {
  let inside = 0;
  let most = 0;
  const one = () =>
    withInstallLock(
      path,
      log,
      async () => {
        inside += 1;
        most = Math.max(most, inside);
        await new Promise((resolve) => setImmediate(resolve));
        inside -= 1;
      },
      patient,
    );
  await Promise.all(Array.from({ length: 8 }, one));
  expect(most).toBe(1);
  expect(logged).toContain(`another set-up is running (process ${process.pid}), waiting for it`);
  expect(readdirSync(folder)).toEqual([]);
});

test("a lock whose process died is taken over, by one of many", async () => {
  leaveLock({ token: "dead", pid: deadPid(), host: hostname() });
  const order: string[] = [];
  const one = (name: string) =>
    withInstallLock(
      path,
      log,
      async () => {
        order.push(`${name} in`);
        await new Promise((resolve) => setImmediate(resolve));
        order.push(`${name} out`);
      },
      patient,
    );
  await Promise.all([one("a"), one("b"), one("c")]);
  for (let at = 0; at < order.length; at += 2) {
    expect(order[at + 1]).toBe(order[at]?.replace("in", "out"));
  }
  expect(order).toHaveLength(6);
});

test("a lock of another machine that nobody touches is taken over", async () => {
  leaveLock({ token: "gone", pid: 1, host: "elsewhere" });
  const times = { ...patient, abandonedAfterMs: 20 };
  expect(await withInstallLock(path, log, async () => "mine", times)).toBe("mine");
});

test("half a lock file, from a full disk, is taken over", async () => {
  writeFileSync(path, '{"token":');
  const times = { ...patient, abandonedAfterMs: 20 };
  expect(await withInstallLock(path, log, async () => "mine", times)).toBe("mine");
});

test("waiting has an end: LOCK_TIMEOUT", async () => {
  leaveLock({ token: "busy", pid: process.pid, host: hostname() });
  const times = { ...patient, waitLimitMs: 20 };
  const waiting = withInstallLock(path, log, async () => "never", times);
  await expect(waiting).rejects.toMatchObject({ code: "LOCK_TIMEOUT" });
  expect(existsSync(path)).toBe(true);
});
