import { createHash } from "node:crypto";
import { type FSWatcher, readFileSync, watch } from "node:fs";
import { basename, dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Logger } from "@weft/node";
import { WATCH_SETTLE_MS } from "../limits.ts";
import { keepSources } from "./keepSources.ts";
import { loadPrograms, type Programs } from "./loadPrograms.ts";

export type GameWatcherOptions = {
  /** The games' files: paths, or URLs. */
  readonly files: readonly (string | URL)[];
  /** The games that are hosted. */
  readonly names: ReadonlySet<string>;
  /** Where sources are kept, if there is a disk. */
  readonly dataDir: string | undefined;
  readonly logger: Logger;
};

/** Loads games out of their files, and again whenever one of these, or of the files that they import, has changed. */
export class GameWatcher {
  readonly #options: GameWatcherOptions;
  readonly #entries: readonly string[];
  /** By folder: editors put a new file in the old one's place, so a file can't be watched itself. */
  readonly #watchers = new Map<string, FSWatcher>();
  #paths: ReadonlySet<string> = new Set();
  /** What was in the files when they were loaded last, whether that worked or not. */
  #seen = "";
  #take: ((programs: Programs) => Promise<void>) | undefined;
  #settling: NodeJS.Timeout | undefined;
  /** One after the other. */
  #work: Promise<void> = Promise.resolve();
  #stopped = false;

  constructor(options: GameWatcherOptions) {
    this.#options = options;
    this.#entries = options.files.map((file) =>
      file instanceof URL || file.startsWith("file:")
        ? String(file)
        : pathToFileURL(resolve(file)).href,
    );
  }

  /** The games as they are now. @throws RoomsError GAME_NOT_LOADED */
  async load(): Promise<Programs> {
    const attempt = await this.#attempt();
    if ("error" in attempt) throw attempt.error;
    await this.#keep(attempt.programs);
    return attempt.programs;
  }

  /** From now on, tells of changed programs. `take` is waited for. */
  start(take: (programs: Programs) => Promise<void>): void {
    this.#take = take;
    this.#watch();
    // What has changed since they were loaded.
    this.#look();
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#settling);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
    await this.#work;
  }

  async #attempt() {
    const attempt = await loadPrograms(this.#entries, this.#options.names);
    // Files of before stay watched while something is wrong: an import that is gone comes back, perhaps.
    const { tried } = attempt;
    this.#paths = new Set("error" in attempt ? [...this.#paths, ...tried.keys()] : tried.keys());
    this.#seen = digest(this.#paths, tried);
    return attempt;
  }

  async #keep(programs: Programs): Promise<void> {
    const { dataDir, logger } = this.#options;
    if (dataDir === undefined) return;
    await keepSources(dataDir, programs).catch((error: unknown) =>
      logger.warn("a program's sources can't be kept: what is played with it can't be replayed", {
        error,
      }),
    );
  }

  #watch(): void {
    if (this.#stopped) return;
    const dirs = new Set([...this.#paths].map((path) => dirname(path)));
    for (const [dir, watcher] of this.#watchers) {
      if (dirs.has(dir)) continue;
      watcher.close();
      this.#watchers.delete(dir);
    }
    for (const dir of dirs) {
      if (this.#watchers.has(dir)) continue;
      const problem = (error: unknown) =>
        this.#options.logger.warn("a folder can't be watched for changes", { dir, error });
      try {
        const watcher = watch(dir, (_event, name) => {
          if (name === null || this.#names.has(basename(name))) this.#lookSoon();
        });
        watcher.on("error", problem);
        this.#watchers.set(dir, watcher);
      } catch (error) {
        problem(error);
      }
    }
  }

  get #names(): ReadonlySet<string> {
    return new Set([...this.#paths].map((path) => basename(path)));
  }

  /** When what is being written is written, as far as can be told. */
  #lookSoon(): void {
    clearTimeout(this.#settling);
    this.#settling = setTimeout(() => this.#look(), WATCH_SETTLE_MS);
  }

  #look(): void {
    this.#work = this.#work
      .then(() => this.#reload())
      .catch((error: unknown) =>
        this.#options.logger.error("a changed game could not be taken", { error }),
      );
  }

  async #reload(): Promise<void> {
    if (this.#stopped || digest(this.#paths) === this.#seen) return;
    const { logger } = this.#options;
    const attempt = await this.#attempt();
    this.#watch();
    if ("error" in attempt) {
      const { code, message, details } = attempt.error;
      logger.error("the changed game can't be loaded, and the one of before goes on", {
        code,
        at: details.at,
        problem: details.problem ?? message,
      });
      return;
    }
    await this.#keep(attempt.programs);
    await this.#take?.(attempt.programs);
  }
}

/** Of what is in files; of what was in them, where that is known. */
function digest(paths: ReadonlySet<string>, known?: ReadonlyMap<string, Uint8Array>): string {
  const hash = createHash("sha256");
  for (const path of [...paths].sort()) {
    hash.update(`${path}\0`).update(known?.get(path) ?? contentOf(path));
  }
  return hash.digest("hex");
}

function contentOf(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch {
    return new Uint8Array();
  }
}
