import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gameHash } from "@weft/game";
import { type ArenaOptions, createArena } from "../game/arena.ts";

const ARENA = new URL("../game/arena.ts", import.meta.url).href;

/**
 * Writes down which arena was played into a ledger: `npx weft verify DIR --games DIR/programs/*.ts` runs its rounds again.
 * @returns the file, one for each arena that was ever played there
 */
export async function keepProgram(dataDir: string, options: ArenaOptions): Promise<string> {
  const dir = join(dataDir, "programs");
  const file = join(dir, `arena-${gameHash(createArena(options)).slice(2, 10)}.ts`);
  await mkdir(dir, { recursive: true });
  await writeFile(
    file,
    `import { createArena } from ${JSON.stringify(ARENA)};\n\nexport const arena = createArena(${JSON.stringify(options)});\n`,
  );
  return file;
}
