import { type Client, SchemaSerializer } from "@colyseus/core";
import { $changes, Encoder, type Schema } from "@colyseus/schema";

/**
 * Colyseus's serializer, but what it gives to the transport is the transport's for good. Colyseus encodes every patch into the
 * same buffer and hands out views of it; `ws` doesn't copy what a slow client's connection can't take at once, so that
 * such a client would get a later patch's bytes in place of the ones that it waits for, and a state that is nobody's.
 * One copy a patch, however many clients there are.
 *
 * And a full state has what the next patch would say again. For entries of arrays that come and go twice is not once, so
 * whoever is there gets that patch before.
 */
export class PatchSerializer<State extends Schema> extends SchemaSerializer<State> {
  readonly #patchOthers: (newcomer: Client) => void;

  /** @param patchOthers sends a patch to all clients but the one who is to get a full state. */
  constructor(patchOthers: (newcomer: Client) => void) {
    super();
    this.#patchOthers = patchOthers;
  }

  override reset(state: State): void {
    const before = state[$changes]?.root;
    if (before !== undefined) forgetChanges(state, before);
    super.reset(state);
    const { encoder } = this;
    if (before !== undefined) continueNumbers(encoder.root, before);
    const encode = encoder.encode.bind(encoder);
    encoder.encode = (...of) => new Uint8Array(encode(...of));
  }

  override getFullState(...of: Parameters<SchemaSerializer<State>["getFullState"]>): Uint8Array {
    const [newcomer] = of;
    // Without one, Colyseus wants to know how large it is.
    if (newcomer !== undefined && this.encoder.hasChanges) this.#patchOthers(newcomer);
    const fullState = new Uint8Array(super.getFullState(...of));
    if (fullState.length > this.fullEncodeBuffer.length) this.#growBuffer(fullState.length);
    return fullState;
  }

  /** Colyseus would encode a larger state twice for every newcomer, and say so in the log each time. */
  #growBuffer(neededBytes: number): void {
    const larger = new Uint8Array(2 * neededBytes);
    // The message's kind is in it for good.
    larger.set(this.fullEncodeBuffer);
    this.fullEncodeBuffer = larger;
  }
}

/**
 * Of what was changed before and never encoded, Colyseus would go on believing that it is noted already, and note it
 * nowhere: clients would see no change of it ever again. They get all of the state first, so nothing is lost.
 */
function forgetChanges(state: Schema, before: Encoder["root"]): void {
  const encoder = new Encoder(state, before);
  encoder.discardChanges();
  encoder.discardUnreliableChanges();
}

/** Protected in Colyseus, whose own development mode reads and writes it for the same reason. */
type Numbering = { nextUniqueId: number };

/**
 * A room that comes back ran its game before it had clients, and what was in the state then has numbers already. Colyseus
 * keeps those, and would count from 0 again: two parts of the state would go by one number at the clients.
 */
function continueNumbers(root: object, before: object): void {
  const [now, until] = [root, before] as [Numbering, Numbering];
  now.nextUniqueId = Math.max(now.nextUniqueId, until.nextUniqueId);
}
