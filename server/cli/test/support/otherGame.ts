import { defineGame } from "@weft/game";
import { tally } from "@weft/game/testing";

/** A game that no server of these tests has. */
export const otherGame = defineGame({ ...tally, name: "chess" });
