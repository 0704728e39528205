import { concatBytes, type Hash, hexToBytes, sha256, utf8ToBytes } from "@weft/protocol";
import { uniformFloat64 } from "pure-rand/distribution/uniformFloat64";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plusFromState } from "pure-rand/generator/xoroshiro128plus";
import { GameError } from "./errors.ts";
import type { Random } from "./types.ts";

/** Where the generator stands: four 32-bit words. */
export type RandomState = readonly number[];

/** The words that xoroshiro128+ starts from: sha256 spreads a seed's bits over all of them. */
function randomStateOf(seed: Hash): RandomState {
  const digest = sha256(concatBytes(utf8ToBytes("weft random"), hexToBytes(seed)));
  const view = new DataView(digest.buffer, digest.byteOffset, digest.byteLength);
  return [view.getInt32(0), view.getInt32(4), view.getInt32(8), view.getInt32(12)];
}

/** The generator behind `ctx.random`. `state` can be saved and put back, and goes into the state hash. */
export class SeededRandom implements Random {
  #generator: ReturnType<typeof xoroshiro128plusFromState>;
  readonly #beforeUse: (what: string) => void;

  /** @param beforeUse Called before every draw; throws when there must not be one. */
  constructor(seed: Hash, beforeUse: (what: string) => void = () => {}) {
    this.#generator = xoroshiro128plusFromState(randomStateOf(seed));
    this.#beforeUse = beforeUse;
  }

  get state(): RandomState {
    return this.#generator.getState();
  }

  set state(state: RandomState) {
    this.#generator = xoroshiro128plusFromState(state);
  }

  reseed(seed: Hash): void {
    this.state = randomStateOf(seed);
  }

  int(min: number, max: number): number {
    this.#beforeUse("ctx.random.int");
    if (!Number.isSafeInteger(min) || !Number.isSafeInteger(max) || min > max) {
      throw invalid(`int(${min}, ${max}): two whole numbers are needed, the smaller one first`);
    }
    return uniformInt(this.#generator, min, max);
  }

  float(): number {
    this.#beforeUse("ctx.random.float");
    return uniformFloat64(this.#generator);
  }

  chance(probability: number): boolean {
    if (!(probability >= 0 && probability <= 1)) {
      throw invalid(`chance(${probability}): a probability is from 0 to 1`);
    }
    return this.float() < probability;
  }

  pick<T>(list: ArrayLike<T>): T {
    if (list.length === 0) throw invalid("pick([]): an empty list has nothing to pick");
    return list[this.int(0, list.length - 1)] as T;
  }

  shuffle<T>(list: ArrayLike<T>): T[] {
    const shuffled = Array.from(list);
    for (let last = shuffled.length - 1; last > 0; last--) {
      const other = this.int(0, last);
      [shuffled[last], shuffled[other]] = [shuffled[other] as T, shuffled[last] as T];
    }
    return shuffled;
  }
}

function invalid(problem: string): GameError {
  return new GameError("RANDOM_INVALID", `ctx.random.${problem}`);
}
