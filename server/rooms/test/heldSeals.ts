import { type SealVerifier, verifyP256 } from "@weft/fast-chain";
import { sealMessage } from "@weft/protocol";

/** A verifier of seals that says what it thinks when a test tells it to, the oldest seal first. */
export class HeldSeals implements Pick<SealVerifier, "verify" | "hurry"> {
  /** Whether it takes seals at all. */
  takes = true;
  readonly #asked: ((isLost: boolean) => void)[] = [];

  /** How often something came to wait for a seal. */
  hurried = 0;

  /** Seals that it has been asked about, and hasn't answered. */
  get waiting(): number {
    return this.#asked.length;
  }

  verify(...[key, head, signature, onVerdict]: Parameters<SealVerifier["verify"]>): boolean {
    if (!this.takes) return false;
    this.#asked.push((isLost) => {
      const holds = verifyP256(key, sealMessage(head), signature);
      onVerdict(isLost ? "unknown" : holds ? "holds" : "invalid");
    });
    return true;
  }

  hurry(): void {
    this.hurried++;
  }

  answer(): void {
    this.#asked.shift()?.(false);
  }

  answerAll(): void {
    while (this.waiting > 0) this.answer();
  }

  /** As when the thread dies. */
  lose(): void {
    for (const answer of this.#asked.splice(0)) answer(true);
  }
}
