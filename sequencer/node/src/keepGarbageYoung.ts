import { setFlagsFromString } from "node:v8";

/**
 * Has V8 make all that an action leaves behind in the young generation, where most of it costs nothing when it dies.
 *
 * V8 watches what becomes of each object literal's objects. Where most of them were alive in a collection, optimised code makes them in the
 * old generation from then on. When players take their first actions each lane's first head is alive, and so is all that was made so far; from
 * then on every action's garbage is old, keeps alive the young strings and bytes that it points to, and each young
 * collection copies them: with 1,670 players and 50,000 actions a second 9.5 MB each half second instead of 1.6.
 *
 * V8 asks for this flag whenever it decides, so it may change while code runs. It is one for the whole process.
 */
export function keepGarbageYoung(): void {
  setFlagsFromString("--no-allocation-site-pretenuring");
}
