import type { Hash } from "@weft/protocol";
import { MAX_CACHED_CODE_BYTES } from "../../limits.ts";
import { codeKey, type RecordReader } from "../store/tables.ts";

/** Contract code by its keccak256 hash, with a memory. Nothing that was ever kept goes. */
export class Codes {
  readonly #store: RecordReader;
  readonly #cache = new Map<Hash, Uint8Array>();
  #cachedBytes = 0;

  constructor(store: RecordReader) {
    this.#store = store;
  }

  get(hash: Hash): Uint8Array | undefined {
    const cached = this.#cache.get(hash);
    if (cached !== undefined) return cached;
    const stored = this.#store.get(codeKey(hash));
    if (stored === undefined) return undefined;
    // A copy that is nothing but bytes: EthereumJS takes a Buffer's slices to be copies, which they aren't.
    const code = new Uint8Array(stored);
    if (this.#cachedBytes + code.length > MAX_CACHED_CODE_BYTES) {
      this.#cache.clear();
      this.#cachedBytes = 0;
    }
    this.#cache.set(hash, code);
    this.#cachedBytes += code.length;
    return code;
  }
}
