import { readdir, readFile, stat } from "node:fs/promises";
import { extname, join, sep } from "node:path";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { MAX_PAGE_BYTES, MAX_PAGE_FILES } from "./limits.ts";

const compress = promisify(gzip);

const TYPES: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

export type PageFile = {
  readonly type: string;
  readonly body: Uint8Array;
  readonly gzipped: Uint8Array;
};

/** By path below the folder, with `/`. Only what was there is ever served, so no path leads anywhere else. */
export type PageFiles = ReadonlyMap<string, PageFile>;

/** Reads what a build has made; undefined when there is none. @throws Error past the limits */
export async function readFiles(folder: string): Promise<PageFiles | undefined> {
  const isBuilt = await stat(join(folder, "index.html")).catch(() => undefined);
  if (isBuilt === undefined) return undefined;
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  if (paths.length > MAX_PAGE_FILES) throw new Error(`more than ${MAX_PAGE_FILES} files`);
  const files = new Map<string, PageFile>();
  let sizeBytes = 0;
  for (const path of paths) {
    const type = TYPES[extname(path)];
    if (type === undefined) continue;
    const body = await readFile(path);
    sizeBytes += body.length;
    if (sizeBytes > MAX_PAGE_BYTES) throw new Error(`more than ${MAX_PAGE_BYTES} bytes`);
    const name = path.slice(folder.length + 1).replaceAll(sep, "/");
    files.set(name, { type, body, gzipped: await compress(body) });
  }
  return files;
}
