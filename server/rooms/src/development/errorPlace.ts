import { createRequire } from "node:module";
import { dirname, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";

const { resolve } = createRequire(import.meta.url);
/** Where the framework's own code is: an error's place is where the game called it. */
const OWN_DIRS = [
  dirname(import.meta.dirname) + sep,
  ...["@weft/game", "@weft/protocol"].map((name) => dirname(resolve(name)) + sep),
];

/** A place in a stack: `at name (file:///dir/race.ts?v=1:3:7)`, or `/dir/race.ts:3` above a syntax error. */
const FRAME = /^\s*at (?:.*?\()?(?:async )?((?:file:\/\/)?[^()]*?):(\d+):(\d+)\)?$/;
const HEADING = /^((?:file:\/\/)?\/[^\n]*?|[A-Za-z]:\\[^\n]*?):(\d+)$/;

/**
 * Where game code failed: `src/race.ts:41:13`, from the directory that the process runs in. Node only strips types, so lines and columns are those of
 * the file. An error's cause knows better than the error.
 */
export function errorPlace(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const deeper = errorPlace(error.cause);
  if (deeper !== undefined) return deeper;
  for (const line of (error.stack ?? "").split("\n")) {
    const match = FRAME.exec(line) ?? HEADING.exec(line);
    if (match === null) continue;
    const [, file = "", ...place] = match;
    const path = pathOf(file);
    if (path === undefined || isOwn(path)) continue;
    return [shown(path), ...place].join(":");
  }
  return undefined;
}

/** A path from the directory that the process runs in, where it is in there. */
export function shown(path: string): string {
  const fromHere = relative(process.cwd(), path);
  return fromHere.startsWith("..") ? path : fromHere;
}

function pathOf(file: string): string | undefined {
  if (file.startsWith("node:") || file.includes("node_modules")) return undefined;
  const bare = file.replace(/[?#].*$/s, "");
  if (!bare.startsWith("file://")) return /^(\/|[A-Za-z]:\\)/.test(bare) ? bare : undefined;
  return URL.canParse(bare) ? fileURLToPath(bare) : undefined;
}

function isOwn(path: string): boolean {
  return OWN_DIRS.some((dir) => path.startsWith(dir));
}
