import { assert } from "@weft/protocol";
import { WIDTH } from "../parameters.ts";
import { LANE_BYTES, LANES, toMontgomeryDigits } from "./digits.ts";
import { instantiateLanes, type LanesModule, putDigits } from "./lanesModule.ts";

/** Field elements that one permutation takes. */
const RATE = WIDTH - 1;
const FIELD_BYTES = 32;
/** Of one hash in a lane: a leaf has as many. */
export const MAX_LANE_INPUTS = 4;

/** Computes the same sponge as `hashFields` for several hashes at once, each in a lane of its own. */
export class LaneHasher {
  readonly #module: LanesModule;
  readonly #bytes: Uint8Array;
  readonly #doubles: Float64Array;
  readonly #output: number;
  /** The sponge's capacity element at first, by number of inputs. */
  readonly #capacities: readonly (readonly bigint[])[];

  /** @throws WebAssembly.CompileError where there is no relaxed SIMD */
  constructor() {
    this.#module = instantiateLanes((MAX_LANE_INPUTS + 1) * LANES * FIELD_BYTES);
    this.#bytes = new Uint8Array(this.#module.memory.buffer);
    this.#doubles = new Float64Array(this.#module.memory.buffer);
    this.#output = this.#inputAddress(MAX_LANE_INPUTS, 0);
    this.#capacities = Array.from({ length: MAX_LANE_INPUTS + 1 }, (_, count) =>
      toMontgomeryDigits(BigInt(count) << 64n),
    );
  }

  /**
   * @param inputs those of the first hash, then those of the second, …: of `LANES` hashes at most
   * @param each how many inputs a hash has, up to `MAX_LANE_INPUTS`
   */
  hash(inputs: readonly Uint8Array[], each: number): Uint8Array[] {
    const count = inputs.length / each;
    assert(Number.isInteger(count) && count <= LANES, "a hash has a lane");
    assert(each > 0 && each <= MAX_LANE_INPUTS, "the inputs fit into the memory");
    inputs.forEach((input, i) => {
      assert(input.length === FIELD_BYTES, "a field element has 32 bytes");
      this.#bytes.set(input, this.#inputAddress(i % each, Math.floor(i / each)));
    });
    this.#run(each);
    return Array.from({ length: count }, (_, lane) => {
      const at = this.#output + lane * FIELD_BYTES;
      return this.#bytes.slice(at, at + FIELD_BYTES);
    });
  }

  /** Lanes that nobody asked for go along, with what an earlier hash left there. */
  #run(each: number): void {
    const { state, absorb, permute, squeeze } = this.#module;
    const capacity = state[WIDTH - 1] as number;
    this.#doubles.fill(0, (state[0] as number) / LANE_BYTES, capacity / LANE_BYTES);
    putDigits(this.#doubles, capacity, this.#capacities[each] as readonly bigint[]);
    for (let i = 0; i < each; i++) {
      if (i > 0 && i % RATE === 0) permute();
      absorb(state[i % RATE] as number, this.#inputAddress(i, 0));
    }
    permute();
    squeeze(this.#output);
  }

  #inputAddress(input: number, lane: number): number {
    return this.#module.freeAddress + (input * LANES + lane) * FIELD_BYTES;
  }
}
