import { registerHooks } from "node:module";
import { setTimeout as wait } from "node:timers/promises";

/** Slows the disk under this process's ledger: what a store commits waits here, as it would on a disk that takes its time. */
class SlowDisk {
  #delayMs = 0;
  /** Ends the waiting of commits that began while the disk was slower. */
  #changed = new AbortController();

  /** What each commit takes longer from now on, those included that are under way. */
  set delayMs(ms: number) {
    this.#delayMs = ms;
    this.#changed.abort();
    this.#changed = new AbortController();
  }

  /** Resolves when a commit may be made. */
  async turn(): Promise<void> {
    const sinceMs = performance.now();
    for (;;) {
      const leftMs = sinceMs + this.#delayMs - performance.now();
      if (leftMs <= 0) return;
      const { signal } = this.#changed;
      await wait(leftMs, undefined, { signal, ref: false }).catch(() => {});
    }
  }
}

export const slowDisk = new SlowDisk();

/** To be called before anything loads the ledger's store: puts `slowCommits.ts` between the store and its commits. */
export function installSlowDisk(): void {
  registerHooks({
    resolve(specifier, context, next) {
      const resolved = next(specifier, context);
      if (specifier !== "./commitBlocks.ts") return resolved;
      const slow = new URL("./slowCommits.ts", import.meta.url);
      slow.searchParams.set("commits", resolved.url);
      return { ...resolved, url: slow.href };
    },
  });
}
