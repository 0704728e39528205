import { createHash } from "node:crypto";
import { dirname, relative, sep } from "node:path";
import { isGame, withCode } from "@weft/game";
import type { Hash } from "@weft/protocol";
import { RoomsError } from "../errors.ts";
import type { AnyGame } from "../types.ts";
import { errorPlace, shown } from "./errorPlace.ts";
import { importRevision, nextRevision, type Revision } from "./moduleRevisions.ts";

/** Games as their files were at a moment. */
export type Programs = {
  readonly code: Hash;
  readonly games: readonly AnyGame[];
  /** The files that they are made of, by their paths. */
  readonly files: ReadonlyMap<string, Buffer>;
  /** The folder that all files are in. */
  readonly dir: string;
  /** Where each game is exported. */
  readonly exports: readonly {
    readonly game: string;
    readonly file: string;
    readonly name: string;
  }[];
};

/** What was tried. `tried` is all files that it took, as they were; one that isn't there is empty. */
export type Attempt = { readonly tried: ReadonlyMap<string, Uint8Array> } & (
  | { readonly programs: Programs }
  | { readonly error: RoomsError }
);

/**
 * Loads games anew from their files.
 * @param entries URLs of files.
 * @param names The games that are wanted.
 */
export async function loadPrograms(
  entries: readonly string[],
  names: ReadonlySet<string>,
): Promise<Attempt> {
  const revision = nextRevision();
  const tried = () => {
    const missing = [...revision.missing.keys()].map((path) => [path, new Uint8Array()] as const);
    return new Map<string, Uint8Array>([...revision.files, ...missing]);
  };
  try {
    const modules = await importRevision(entries, revision);
    return { programs: collect(modules, names, revision), tried: tried() };
  } catch (cause) {
    return { error: asRefused(cause, revision), tried: tried() };
  }
}

function collect(
  modules: ReadonlyMap<string, Readonly<Record<string, unknown>>>,
  names: ReadonlySet<string>,
  { files }: Revision,
): Programs {
  const dir = commonDir([...files.keys()]);
  const code = hashOf(files, dir);
  const games = new Map<string, AnyGame>();
  const exports: Programs["exports"][number][] = [];
  for (const [entry, module] of modules) {
    for (const [name, value] of Object.entries(module)) {
      if (!isGame(value) || !names.has(value.name) || games.has(value.name)) continue;
      games.set(value.name, withCode(value, code));
      exports.push({ game: value.name, file: entry, name });
    }
  }
  if (games.size === 0) {
    const message = `no game called ${[...names].join(" or ")} is exported by ${[...modules.keys()].join(", ")}`;
    throw new RoomsError("GAME_NOT_LOADED", message);
  }
  return { code, games: [...games.values()], files, dir, exports };
}

/** The same wherever the folder is. */
function hashOf(files: ReadonlyMap<string, Buffer>, dir: string): Hash {
  const hash = createHash("sha256");
  for (const [path, content] of [...files].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const name = relative(dir, path).replaceAll(sep, "/");
    hash.update(`${name}\0${content.length}\0`).update(content);
  }
  return `0x${hash.digest("hex")}`;
}

function commonDir(paths: readonly string[]): string {
  let dir = dirname(paths[0] ?? "");
  while (!paths.every((path) => path.startsWith(dir.endsWith(sep) ? dir : dir + sep))) {
    dir = dirname(dir);
  }
  return dir;
}

function asRefused(cause: unknown, revision: Revision): RoomsError {
  const problem = cause instanceof Error ? cause.message : String(cause);
  const at = placeOfMissing(revision) ?? errorPlace(cause);
  const message = at === undefined ? problem : `${at}: ${problem}`;
  return new RoomsError("GAME_NOT_LOADED", message, { details: { at, problem }, cause });
}

/** Node doesn't say on which line a file imports what isn't there. */
function placeOfMissing({ missing, files }: Revision): string | undefined {
  for (const { importer, specifier } of missing.values()) {
    const lines = files.get(importer)?.toString("utf8").split("\n") ?? [];
    const index = lines.findIndex((line) => line.includes(specifier));
    if (index < 0) continue;
    const column = (lines[index]?.indexOf(specifier) ?? 0) + 1;
    return `${shown(importer)}:${index + 1}:${column}`;
  }
  return undefined;
}
