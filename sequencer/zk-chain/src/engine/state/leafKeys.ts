import { type Address, type Hash, STATE_LEAF, type StateLeafKind } from "@weft/protocol";
import { leafKeyOf } from "@weft/state-tree";
import { MAX_CACHED_LEAF_KEYS } from "../../limits.ts";

/** Keys of leaves, with a memory: each costs a Poseidon2 hash, and most are asked for again and again. */
export class LeafKeys {
  readonly #keys = new Map<string, bigint>();

  basicData(address: Address): bigint {
    return this.#get(address, () => leafKeyOf(address, STATE_LEAF.basicData));
  }

  storage(address: Address, slot: Hash): bigint {
    return this.#get(address + slot, () => leafKeyOf(address, STATE_LEAF.storage, BigInt(slot)));
  }

  /** Not remembered: code is written once, and read by its hash. */
  code(address: Address, kind: StateLeafKind): bigint {
    return leafKeyOf(address, kind);
  }

  #get(name: string, compute: () => bigint): bigint {
    const known = this.#keys.get(name);
    if (known !== undefined) return known;
    const key = compute();
    if (this.#keys.size >= MAX_CACHED_LEAF_KEYS) this.#keys.clear();
    this.#keys.set(name, key);
    return key;
  }
}
