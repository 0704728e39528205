import { existsSync, readdirSync, readFileSync } from "node:fs";
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

/** Names of the packages that package-lock.json says have install scripts. */
export function readPackagesWithScripts(root: string): string[] {
  const path = join(root, "package-lock.json");
  if (!existsSync(path)) return [];
  const { packages }: { packages: Record<string, { hasInstallScript?: boolean }> } = JSON.parse(
    readFileSync(path, "utf8"),
  );
  return Object.entries(packages)
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([folder]) => folder.slice(folder.lastIndexOf("node_modules/") + "node_modules/".length));
}
