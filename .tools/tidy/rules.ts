import { isBuiltin } from "node:module";
import { posix } from "node:path";
import {
  ALLOWED_IMPORTS,
  ALLOWED_IMPORTS_OF_TESTS,
  MAX_FILE_LINES,
  MAX_FUNCTION_LINES,
  MAY_IMPORT_ANYTHING,
  RUNS_IN_BROWSERS,
  TOP_LEVEL,
} from "./layout.ts";
import type { ParsedFile } from "./parsedFile.ts";
import type { LockedPackage, SourceFile, Workspace } from "./repository.ts";

// Each rule is a function from what was read to a list of complaints, `path:line what is wrong`.

const OURS = "@weft/";
const MODULES = "node_modules/";

export function longFiles(files: readonly SourceFile[]): string[] {
  return files.flatMap(({ path, text }) => {
    const lines = text.replace(/\n$/, "").split("\n").length;
    return lines > MAX_FILE_LINES ? [`${path}:1 ${lines} lines, over ${MAX_FILE_LINES}`] : [];
  });
}

export function longFunctions(files: readonly ParsedFile[]): string[] {
  return files.flatMap(({ path, functions }) =>
    functions
      .filter(({ lineCount }) => lineCount > MAX_FUNCTION_LINES)
      .map(
        ({ line, lineCount }) =>
          `${path}:${line} a function of ${lineCount} lines, over ${MAX_FUNCTION_LINES}`,
      ),
  );
}

export function defaultExports(files: readonly ParsedFile[]): string[] {
  return files
    .filter(({ path }) => !/\.config\.[cm]?[jt]s$/.test(path))
    .flatMap(({ path, defaultExports: found }) =>
      found.map(({ line }) => `${path}:${line} a default export`),
    );
}

export function enums(files: readonly ParsedFile[]): string[] {
  return files.flatMap(({ path, enums: found }) =>
    found.map(({ line }) => `${path}:${line} an enum`),
  );
}

export function strangersAtTheTop(names: readonly string[]): string[] {
  return names
    .filter((name) => !TOP_LEVEL.has(name) && !name.startsWith(".") && !/config/i.test(name))
    .map((name) => `${name}:1 not one of the top level's entries`);
}

function filesOf(workspace: Workspace, files: readonly ParsedFile[]): ParsedFile[] {
  const prefix = `${workspace.folder}/`;
  return workspace.folder === ""
    ? files.filter(({ path }) => path.startsWith("."))
    : files.filter(({ path }) => path.startsWith(prefix));
}

function isRelative(specifier: string): boolean {
  return specifier.startsWith("./") || specifier.startsWith("../");
}

/** Where a relative import leads, as a path relative to the repository. */
function resolveImport(from: string, specifier: string): string {
  return posix.normalize(posix.join(posix.dirname(from), specifier));
}

/** The files that can be reached from `entries` by relative imports. */
function reachable(entries: readonly string[], files: readonly ParsedFile[]): ParsedFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const found = new Set<ParsedFile>();
  const waiting = [...entries];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const file = byPath.get(path);
    if (file === undefined || found.has(file)) continue;
    found.add(file);
    for (const { specifier } of file.imports) {
      if (isRelative(specifier)) waiting.push(resolveImport(file.path, specifier));
    }
  }
  return [...found];
}

/** The files that users of a workspace get: what its package.json names, and what that imports. */
function shippedFiles({ folder, manifest }: Workspace, files: readonly ParsedFile[]): ParsedFile[] {
  const named = [...Object.values(manifest.exports ?? {}), ...Object.values(manifest.bin ?? {})];
  return reachable(
    named.map((path) => posix.join(folder, path)),
    files,
  );
}

export function importsThatLeaveTheirWorkspace(
  workspaces: readonly Workspace[],
  files: readonly ParsedFile[],
): string[] {
  return workspaces
    .filter(({ folder }) => folder !== "")
    .flatMap((workspace) =>
      filesOf(workspace, files).flatMap(({ path, imports }) =>
        imports
          .filter(({ specifier }) => isRelative(specifier))
          .filter(
            ({ specifier }) => !resolveImport(path, specifier).startsWith(`${workspace.folder}/`),
          )
          .map(({ specifier, line }) => `${path}:${line} ${specifier} leaves the workspace`),
      ),
    );
}

/** `@weft/ledger/testing` is of the package `@weft/ledger`. */
function packageOf(specifier: string): string {
  return specifier.split("/").slice(0, 2).join("/");
}

/** Imports between workspaces that go the wrong way, or that package.json doesn't say. */
export function importsBetweenWorkspaces(
  workspaces: readonly Workspace[],
  files: readonly ParsedFile[],
): string[] {
  return workspaces.flatMap((workspace) => {
    const { folder, manifest } = workspace;
    const shipped = new Set(shippedFiles(workspace, files));
    return filesOf(workspace, files).flatMap((file) => {
      const ships = shipped.has(file);
      const allowed = new Set([
        ...(ALLOWED_IMPORTS[manifest.name] ?? []),
        ...(ships ? [] : (ALLOWED_IMPORTS_OF_TESTS[manifest.name] ?? [])),
      ]);
      const declared = { ...manifest.dependencies, ...(ships ? {} : manifest.devDependencies) };
      return file.imports
        .filter(({ specifier }) => specifier.startsWith(OURS))
        .flatMap(({ specifier, line }) => {
          const name = packageOf(specifier);
          const at = `${file.path}:${line}`;
          const mayImport = MAY_IMPORT_ANYTHING.test(folder) || allowed.has(name);
          if (!mayImport) return [`${at} ${manifest.name} may not import ${name}`];
          if (declared[name] === undefined) {
            return [
              `${at} ${name} is not in the ${ships ? "dependencies" : "package.json"} of ${folder}`,
            ];
          }
          return [];
        });
    });
  });
}

/** The same for package.json: what may not be imported may not be asked for either. */
export function dependenciesBetweenWorkspaces(workspaces: readonly Workspace[]): string[] {
  return workspaces
    .filter(({ folder }) => !MAY_IMPORT_ANYTHING.test(folder))
    .flatMap(({ folder, manifest }) => {
      const allowed = ALLOWED_IMPORTS[manifest.name] ?? [];
      const ofTests = [...allowed, ...(ALLOWED_IMPORTS_OF_TESTS[manifest.name] ?? [])];
      return [
        ...Object.keys(manifest.dependencies ?? {}).filter((name) => !allowed.includes(name)),
        ...Object.keys(manifest.devDependencies ?? {}).filter((name) => !ofTests.includes(name)),
      ]
        .filter((name) => name.startsWith(OURS))
        .map((name) => `${folder}/package.json:1 ${manifest.name} may not depend on ${name}`);
    });
}

export function nodeModulesInBrowserCode(
  workspaces: readonly Workspace[],
  files: readonly ParsedFile[],
): string[] {
  return workspaces
    .filter(({ manifest }) => RUNS_IN_BROWSERS.includes(manifest.name))
    .flatMap(({ folder, manifest }) => {
      const main = manifest.exports?.["."];
      if (main === undefined) return [`${folder}/package.json:1 exports no "."`];
      return reachable([posix.join(folder, main)], files).flatMap(({ path, imports }) =>
        imports
          .filter(({ specifier }) => isBuiltin(specifier))
          .map(({ specifier, line }) => `${path}:${line} ${specifier} is not there in browsers`),
      );
    });
}

/** A fresh clone gets the versions that were tested, and no package twice. */
export function looseVersions(workspaces: readonly Workspace[]): string[] {
  const seen = new Map<string, string>();
  return workspaces.flatMap(({ folder, manifest }) =>
    Object.entries({ ...manifest.dependencies, ...manifest.devDependencies }).flatMap(
      ([name, version]) => {
        const at = `${posix.join(folder, "package.json")}:1`;
        if (!/^(npm:.+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version)) {
          return [`${at} ${name} is not pinned: ${version}`];
        }
        const other = seen.get(name) ?? version;
        seen.set(name, version);
        return other === version ? [] : [`${at} ${name} is ${version} here, ${other} elsewhere`];
      },
    ),
  );
}

/** npm blocks install scripts that package.json's `allowScripts` doesn't mention. */
export function unreviewedScripts(
  root: Workspace,
  lock: Readonly<Record<string, LockedPackage>>,
): string[] {
  const withScripts = Object.entries(lock)
    .filter(([, { hasInstallScript }]) => hasInstallScript === true)
    .map(([folder]) => folder.slice(folder.lastIndexOf(MODULES) + MODULES.length));
  return [...new Set(withScripts)]
    .filter((name) => root.manifest.allowScripts?.[name] === undefined)
    .map((name) => `package.json:1 allowScripts doesn't say whether ${name} may run its script`);
}
