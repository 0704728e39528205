import { randomUUID } from "node:crypto";
import {
  linkSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { hostname } from "node:os";
import { setTimeout as sleep } from "node:timers/promises";
import { SetUpError } from "./SetUpError.mjs";

// One installation at a time: `npm test` and `npm start` in two terminals of a fresh clone must not
// both fill node_modules. The lock is a file that appears at once with its content (a hard link to a
// finished file) and that its holder touches as long as it lives.

/** How often a holder shows that it lives. */
const HEARTBEAT_MS = 2_000;
/**
 * How long a waiter watches a lock that nobody touches before it takes it for left behind. Counted
 * in the waiter's own time, so that a machine that slept, or a clock that was set, breaks no lock.
 */
const ABANDONED_AFTER_MS = 30_000;
const POLL_MS = 250;
/** No installation takes this long. */
const WAIT_LIMIT_MS = 20 * 60_000;

/**
 * @typedef {{ token: string, pid: number, host: string }} Owner
 * @typedef {{ heartbeatMs: number, abandonedAfterMs: number, pollMs: number, waitLimitMs: number }} LockTimes
 */

/** @type {LockTimes} */
const DEFAULT_TIMES = {
  heartbeatMs: HEARTBEAT_MS,
  abandonedAfterMs: ABANDONED_AFTER_MS,
  pollMs: POLL_MS,
  waitLimitMs: WAIT_LIMIT_MS,
};

/**
 * @param {unknown} error
 * @param {string} code
 */
function hasCode(error, code) {
  return error instanceof Error && "code" in error && error.code === code;
}

/**
 * @param {string} path
 * @param {Owner} owner
 * @returns {boolean} false when somebody else holds the lock
 */
function tryAcquire(path, owner) {
  const draft = `${path}.${owner.token}`;
  writeFileSync(draft, JSON.stringify(owner));
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if (hasCode(error, "EEXIST")) return false;
    throw error;
  } finally {
    rmSync(draft, { force: true });
  }
}

/**
 * @param {string} path
 * @returns {{ owner: Partial<Owner>, touchedMs: number } | undefined} undefined when it is free
 */
function readLock(path) {
  try {
    const touchedMs = statSync(path).mtimeMs;
    return { owner: JSON.parse(readFileSync(path, "utf8")), touchedMs };
  } catch (error) {
    if (hasCode(error, "ENOENT")) return undefined;
    if (error instanceof SyntaxError) return { owner: {}, touchedMs: 0 };
    throw error;
  }
}

/** @param {Partial<Owner>} owner */
function isDead(owner) {
  if (owner.host !== hostname() || owner.pid === undefined) return false;
  try {
    process.kill(owner.pid, 0);
    return false;
  } catch (error) {
    return hasCode(error, "ESRCH");
  }
}

/**
 * Removes a lock that was judged abandoned. Two waiters may judge so at once, and the slower one
 * must not remove the lock that the faster one took meanwhile: so it is moved aside, looked at, and
 * put back if it is not the one that was judged.
 * @param {string} path
 * @param {Partial<Owner>} judged
 */
function breakLock(path, judged) {
  const aside = `${path}.broken.${randomUUID()}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if (hasCode(error, "ENOENT")) return;
    throw error;
  }
  try {
    if (readLock(aside)?.owner.token !== judged.token) linkSync(aside, path);
  } catch (error) {
    if (!hasCode(error, "EEXIST")) throw error;
  } finally {
    rmSync(aside, { force: true });
  }
}

/**
 * @param {string} path
 * @param {Owner} owner
 * @param {(line: string) => void} log
 * @param {LockTimes} times
 */
async function acquire(path, owner, log, times) {
  const startedMs = performance.now();
  let seen = "";
  let seenSinceMs = startedMs;
  while (!tryAcquire(path, owner)) {
    const lock = readLock(path);
    if (lock === undefined) continue;
    const nowMs = performance.now();
    if (seen === "") log(`another set-up is running (process ${lock.owner.pid}), waiting for it`);
    const heartbeat = `${lock.owner.token} ${lock.touchedMs}`;
    if (heartbeat !== seen) {
      seen = heartbeat;
      seenSinceMs = nowMs;
    }
    if (isDead(lock.owner) || nowMs - seenSinceMs > times.abandonedAfterMs) {
      breakLock(path, lock.owner);
      continue;
    }
    if (nowMs - startedMs > times.waitLimitMs) {
      throw new SetUpError(
        "LOCK_TIMEOUT",
        `process ${lock.owner.pid} has held ${path} for too long. If it hangs, end it and try again.`,
      );
    }
    await sleep(times.pollMs);
  }
}

/**
 * Runs `work` while holding the lock file `path`; waits for whoever holds it, takes over from one
 * that died.
 * @template T
 * @param {string} path
 * @param {(line: string) => void} log
 * @param {() => Promise<T>} work
 * @param {LockTimes} [times]
 * @returns {Promise<T>}
 * @throws {SetUpError} LOCK_TIMEOUT
 */
export async function withInstallLock(path, log, work, times = DEFAULT_TIMES) {
  /** @type {Owner} */
  const owner = { token: randomUUID(), pid: process.pid, host: hostname() };
  await acquire(path, owner, log, times);
  const heartbeat = setInterval(() => {
    try {
      utimesSync(path, new Date(), new Date());
    } catch {
      // Gone: somebody deleted it by hand. The work goes on, and release finds nothing to delete.
    }
  }, times.heartbeatMs);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    if (readLock(path)?.owner.token === owner.token) rmSync(path, { force: true });
  }
}
