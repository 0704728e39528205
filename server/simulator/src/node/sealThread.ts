import { type SealVerifier, sealHolds } from "@weft/fast-chain";
import type { Lifetime } from "../core/lifetime.ts";
import type { Random } from "../core/random.ts";

const MAX_ANSWER_MS = 80;

/**
 * The thread that verifies seals, as rooms see it: it answers some time later, isn't there now and then, and dies with what it
 * has. All of that costs nobody anything.
 */
export class SealThread implements Pick<SealVerifier, "verify"> {
  readonly #life: Lifetime;
  readonly #random: Random;

  constructor(life: Lifetime, random: Random) {
    this.#life = life;
    this.#random = random;
  }

  verify(...[task, withinMs, onVerdict]: Parameters<SealVerifier["verify"]>): boolean {
    if (this.#random.chance(0.1)) return false;
    const isLost = this.#random.chance(0.05);
    this.#life.after(this.#random.between(1, withinMs + MAX_ANSWER_MS), () => {
      if (isLost) onVerdict("unknown");
      else onVerdict(sealHolds(task) ? "holds" : "invalid");
    });
    return true;
  }
}
