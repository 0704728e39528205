import { $changes, Encoder, type Schema } from "@colyseus/schema";

/**
 * Colyseus notes every change of a state until a patch is sent. Where no Colyseus room encodes the state,
 * as in a replay, nothing would ever clear the notes, and arrays and maps would grow with their history.
 * @returns What clears them, to be called after every tick; it does nothing in a Colyseus room.
 */
export function createChangeDropper(state: Schema): () => void {
  let encoder: Encoder | undefined;
  return () => {
    if (encoder === undefined) {
      // A room attaches its own encoder when it is created, long before the first tick.
      if (state[$changes]?.root !== undefined) return;
      encoder = new Encoder(state);
    }
    encoder.discardChanges();
    encoder.discardUnreliableChanges();
  };
}
