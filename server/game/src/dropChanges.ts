import { $changes, Encoder, type Schema } from "@colyseus/schema";

/**
 * Colyseus notes every change of a state until a patch is sent. Where no Colyseus room encodes the state,
 * as in a replay, nothing would ever clear the notes, and arrays and maps would grow with their history.
 * @returns What clears them, to be called after every tick; it does nothing in a Colyseus room, and nothing more from
 * the moment in which a replayed state comes into one.
 */
export function createChangeDropper(state: Schema): () => void {
  let encoder: Encoder | undefined;
  return () => {
    const root = state[$changes]?.root;
    // A room's own encoder.
    if (root !== undefined && root !== encoder?.root) {
      encoder = undefined;
      return;
    }
    encoder ??= new Encoder(state);
    encoder.discardChanges();
    encoder.discardUnreliableChanges();
  };
}
