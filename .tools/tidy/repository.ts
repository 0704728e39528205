import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { packageFolders } from "../staleness.mjs";
import { type ParsedFile, parseFile } from "./parsedFile.ts";

/** Written by machines, or not ours. */
const SKIPPED_FOLDERS = new Set(["node_modules", ".git", ".data", "dist", "coverage", "artifacts"]);
const SKIPPED_PATHS = new Set(["contracts/generated"]);

const SOURCE = /\.([cm]?[jt]sx?|sol|circom|nr|css|html)$/;
const SCRIPT = /\.[cm]?[jt]sx?$/;

/** What we read of a package.json. */
export interface Manifest {
  readonly name: string;
  readonly exports?: Readonly<Record<string, string>>;
  readonly bin?: Readonly<Record<string, string>>;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly allowScripts?: Readonly<Record<string, boolean>>;
}

export interface Workspace {
  /** Relative to the repository, `sequencer/ledger`; "" for the root. */
  readonly folder: string;
  readonly manifest: Manifest;
}

export interface SourceFile {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  readonly text: string;
}

/** Paths of all source files below `folder`, relative to `root`. */
function sourcePaths(root: string, folder = ""): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder === "" ? entry.name : `${folder}/${entry.name}`;
    if (entry.isDirectory()) {
      const isSkipped = SKIPPED_FOLDERS.has(entry.name) || SKIPPED_PATHS.has(path);
      return isSkipped ? [] : sourcePaths(root, path);
    }
    return SOURCE.test(entry.name) ? [path] : [];
  });
}

export function readSources(root: string): SourceFile[] {
  return sourcePaths(root).map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

export function parseScripts(files: readonly SourceFile[]): ParsedFile[] {
  return files
    .filter(({ path }) => SCRIPT.test(path))
    .map(({ path, text }) => parseFile(path, text));
}

/** The root package first, then the workspaces. */
export function readWorkspaces(root: string): Workspace[] {
  return packageFolders(root).map((folder) => {
    const manifest: Manifest = JSON.parse(readFileSync(join(root, folder, "package.json"), "utf8"));
    return { folder, manifest };
  });
}

/** What we read of an entry of package-lock.json. */
export interface LockedPackage {
  readonly hasInstallScript?: boolean;
}

/** The entries of package-lock.json by their folder: `node_modules/a/node_modules/b`. */
export function readLock(root: string): Readonly<Record<string, LockedPackage>> {
  return JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")).packages;
}
