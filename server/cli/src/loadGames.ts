import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type Game, isGame } from "@weft/game";
import { CliError } from "./errors.ts";

/**
 * The games that modules export, under whatever names.
 * @throws CliError GAMES_INVALID for a file that can't be loaded or exports none
 */
export async function loadGames(files: readonly string[]): Promise<Game[]> {
  const games: Game[] = [];
  for (const file of files) {
    const found = Object.values(await load(file)).filter(isGame);
    if (found.length === 0) {
      throw new CliError("GAMES_INVALID", `${file} exports no game made by defineGame`, {
        details: { file },
      });
    }
    games.push(...found);
  }
  return games;
}

async function load(file: string): Promise<Record<string, unknown>> {
  try {
    return await import(pathToFileURL(resolve(file)).href);
  } catch (cause) {
    throw new CliError("GAMES_INVALID", `${file} can't be loaded: ${(cause as Error).message}`, {
      details: { file },
      cause,
    });
  }
}
