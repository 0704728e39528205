import { createTally } from "@weft/game/testing";

/** The game after a change of its code, of which its declaration says nothing. */
export const changed = createTally(2);
