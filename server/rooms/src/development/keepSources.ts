import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import type { Programs } from "./loadPrograms.ts";

/** In the data directory: the sources of every program that a development server has run. */
const PROGRAMS_DIR = "programs";
const CODE_CHARS = 16;

/**
 * Keeps the files of a program beside the ledger, so that what was played with it can be replayed when they have changed:
 * `weft verify data --games data/programs/*.ts`.
 */
export async function keepSources(dataDir: string, programs: Programs): Promise<void> {
  const { code, files, dir, exports } = programs;
  const name = code.slice(2, 2 + CODE_CHARS);
  const base = join(dataDir, PROGRAMS_DIR);
  for (const [path, content] of files) {
    const copy = join(base, name, relative(dir, path));
    await mkdir(dirname(copy), { recursive: true });
    await writeFile(copy, content);
  }
  const lines = exports.map(({ file, name: exported }, index) => {
    const path = relative(dir, fileURLToPath(file)).replaceAll(sep, "/");
    return [
      `import { ${exported} as game${index} } from ${JSON.stringify(`./${name}/${path}`)};`,
      `export const program${index} = withCode(game${index}, ${JSON.stringify(code)});`,
    ];
  });
  const entry = [
    "// What a development server has run: for replays of what was played with it.",
    'import { withCode } from "@weft/game";',
    ...lines.map(([importing]) => importing),
    ...lines.map(([, exporting]) => exporting),
    "",
  ];
  await writeFile(join(base, `${name}.ts`), entry.join("\n"));
}
