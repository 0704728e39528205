import { defineGame } from "@weft/game";
import { tally } from "@weft/game/testing";

/** Another version of the game: rooms of the first aren't its. */
export const other = defineGame({ ...tally, version: tally.version + 1 });
