import { type SealClaim, type SealVerifier, sealHolds } from "@weft/fast-chain";

/** A verifier of seals that says what it thinks when a test tells it to, the oldest seal first. */
export class HeldSeals implements Pick<SealVerifier, "verify"> {
  /** Whether it takes seals at all. */
  takes = true;
  /** All that it was asked about, and took. */
  readonly asked: SealClaim[] = [];
  readonly #waiting: ((isLost: boolean) => void)[] = [];

  /** Seals that it hasn't answered. */
  get waiting(): number {
    return this.#waiting.length;
  }

  verify(...[task, , onVerdict]: Parameters<SealVerifier["verify"]>): boolean {
    if (!this.takes) return false;
    this.asked.push(task.claim);
    this.#waiting.push((isLost) => {
      onVerdict(isLost ? "unknown" : sealHolds(task) ? "holds" : "invalid");
    });
    return true;
  }

  answer(): void {
    this.#waiting.shift()?.(false);
  }

  answerAll(): void {
    while (this.waiting > 0) this.answer();
  }

  /** As when the thread dies. */
  lose(): void {
    for (const answer of this.#waiting.splice(0)) answer(true);
  }
}
