import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { LedgerError } from "@weft/ledger";
import { GroupCommitStore } from "@weft/ledger/simulation";
import { open } from "lmdb";

type IfNoExists = (key: unknown, write: () => void) => Promise<boolean>;

/**
 * Slows the disk under this process's ledger. Between the ledger and the disk there is only LMDB, so its commits are what is
 * made to wait: what is appended meanwhile is as far from the medium as it would be on a disk that takes its time.
 */
export class SlowDisk {
  /** As if as much waited for the disk as the ledger's store takes: filling it for real is minutes of full play. */
  isFull = false;
  #delayMs = 0;
  /** Ends the waiting of commits that began while the disk was slower. */
  #changed = new AbortController();

  /** To be called before the ledger is opened. */
  static install(): SlowDisk {
    const disk = new SlowDisk();
    const dir = mkdtempSync(join(tmpdir(), "weft-lmdb-"));
    const example = open({ path: dir });
    // All of them share it; the ledger makes each of its commits with this one.
    const prototype = Object.getPrototypeOf(example) as { ifNoExists: IfNoExists };
    const { ifNoExists } = prototype;
    prototype.ifNoExists = async function (key, write) {
      await disk.#wait();
      return ifNoExists.call(this, key, write);
    };
    const { append } = GroupCommitStore.prototype;
    GroupCommitStore.prototype.append = function (block) {
      if (!disk.isFull) return append.call(this, block);
      throw new LedgerError("STORE_BUSY", "the disk is said to be too far behind");
    };
    void example.close().then(() => rmSync(dir, { recursive: true, force: true }));
    return disk;
  }

  /** What each commit takes longer from now on, those included that are under way. */
  set delayMs(ms: number) {
    this.#delayMs = ms;
    this.#changed.abort();
    this.#changed = new AbortController();
  }

  async #wait(): Promise<void> {
    const sinceMs = performance.now();
    for (;;) {
      const leftMs = sinceMs + this.#delayMs - performance.now();
      if (leftMs <= 0) return;
      const { signal } = this.#changed;
      await wait(leftMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }
}
