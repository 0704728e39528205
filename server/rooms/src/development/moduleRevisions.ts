import { readFileSync } from "node:fs";
import { registerHooks } from "node:module";
import { fileURLToPath } from "node:url";

/** In a module's URL: which loading of the game's files it belongs to. */
const PARAMETER = "weft-revision";

/** What one loading of a game has asked for. */
export type Revision = {
  readonly number: number;
  /** The files that were loaded, with what was in them. */
  readonly files: Map<string, Buffer>;
  /** Files that were asked for and aren't there, and who asked. */
  readonly missing: Map<string, { readonly importer: string; readonly specifier: string }>;
};

const revisions = new Map<string, Revision>();
let isHooked = false;
let newest = 0;

/**
 * Loads modules anew, and with them all that they import by relative paths. Packages stay the ones that are loaded already: a class of a second copy
 * of @colyseus/schema would be another class. (Node never forgets a module, so each loading takes memory for good.)
 */
export async function importRevision(
  entries: readonly string[],
  revision: Revision,
): Promise<ReadonlyMap<string, Readonly<Record<string, unknown>>>> {
  hookOnce();
  const key = String(revision.number);
  revisions.set(key, revision);
  try {
    const modules = new Map<string, Record<string, unknown>>();
    for (const entry of entries) {
      const url = new URL(entry);
      url.searchParams.set(PARAMETER, key);
      note(revision, url);
      modules.set(entry, await import(url.href));
    }
    return modules;
  } finally {
    revisions.delete(key);
  }
}

export function nextRevision(): Revision {
  return { number: ++newest, files: new Map(), missing: new Map() };
}

function hookOnce(): void {
  if (isHooked) return;
  isHooked = true;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      const key = revisionOf(context.parentURL);
      if (key === undefined || !isLocal(specifier)) return nextResolve(specifier, context);
      const revision = revisions.get(key);
      try {
        const resolved = nextResolve(specifier, context);
        const url = new URL(resolved.url);
        if (url.protocol !== "file:" || url.pathname.includes("/node_modules/")) return resolved;
        url.searchParams.set(PARAMETER, key);
        if (revision !== undefined) note(revision, url);
        return { ...resolved, url: url.href };
      } catch (error) {
        const target = new URL(specifier, context.parentURL);
        if (revision !== undefined && target.protocol === "file:" && context.parentURL) {
          const importer = fileURLToPath(withoutQuery(context.parentURL));
          revision.missing.set(fileURLToPath(withoutQuery(target.href)), { importer, specifier });
        }
        throw error;
      }
    },
  });
}

/** Relative paths, URLs of files, and a package's own `#imports`. */
function isLocal(specifier: string): boolean {
  return /^(\.{0,2}\/|file:|#)/.test(specifier);
}

function revisionOf(url: string | undefined): string | undefined {
  if (url === undefined || !URL.canParse(url)) return undefined;
  return new URL(url).searchParams.get(PARAMETER) ?? undefined;
}

/** What is in a file is read as close to its loading as can be: it may change at any time. */
function note({ files }: Revision, url: URL): void {
  const path = fileURLToPath(withoutQuery(url.href));
  if (!files.has(path)) files.set(path, readFileSync(path));
}

function withoutQuery(href: string): string {
  return href.replace(/[?#].*$/s, "");
}
