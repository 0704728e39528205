import { createTally } from "./tally.ts";

/** The game after a change of its code, of which its declaration says nothing. */
export const changed = createTally(2);
