import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Names of files in `folder` that are missing, differ from `expected`, or should not be there.
 *
 * @param folder Path of the folder; it may not exist.
 * @param expected Contents by file name.
 */
export function findStaleFiles(folder: string, expected: ReadonlyMap<string, string>): string[] {
  const present = existsSync(folder) ? readdirSync(folder) : [];
  const surplus = present.filter((name) => !expected.has(name));
  const wrong = [...expected].filter(
    ([name, content]) =>
      !present.includes(name) || readFileSync(join(folder, name), "utf8") !== content,
  );
  return [...surplus, ...wrong.map(([name]) => name)].sort();
}
