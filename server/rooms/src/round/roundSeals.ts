import { type LaneSeal, type SealClaim, sealHolds } from "@weft/fast-chain";
import { MAX_SEALS_VERIFIED_HERE, REPORTED_SEALS_WITHIN_MS } from "../limits.ts";
import type { SealSource } from "../room/laneIntake.ts";
import type { RoomRuntime } from "../room/roomRuntime.ts";

export type RoundSealsOptions = {
  readonly runtime: Pick<RoomRuntime, "journal" | "seats" | "dropFalseSeal" | "dropUnsealed">;
  /** Verifies in another thread. Where it takes none, they are verified here, a few at a time. */
  readonly verifier: SealSource | undefined;
  readonly nowMs: () => number;
};

/**
 * The seals of a round that has ended: whose are missing, and whether those that are here hold. They are verified as they come,
 * so that drawing up the report doesn't do it all in one turn of the thread that serves rooms.
 */
export class RoundSeals {
  readonly #options: RoundSealsOptions;
  /** What the verifier has. */
  readonly #asked = new Set<SealClaim>();
  /** When the report is drawn up whatever isn't verified; undefined as long as seals are waited for. */
  #untilMs: number | undefined;
  readonly #finished = Promise.withResolvers<void>();

  constructor(options: RoundSealsOptions) {
    this.#options = options;
  }

  /**
   * Lanes that were in the round, are still in the room, and have no seal up to the round's end. Whether the others' seals hold
   * is another question.
   */
  get missing(): ReadonlySet<number> {
    const { journal, seats } = this.#options.runtime;
    const { lanes, round } = journal.record;
    const heads = round?.end?.heads ?? [];
    const isMissing = (lane: number) => (lanes[lane]?.sealed.seq ?? 0) < (heads[lane]?.seq ?? 0);
    return new Set([...seats.keys()].filter(isMissing));
  }

  /** Looks at what has come. Called after every tick, beat and seal. */
  step(): void {
    const left = this.#unverified().filter((seal) => !this.#isAsked(seal));
    for (const seal of left.slice(0, MAX_SEALS_VERIFIED_HERE)) {
      if (!sealHolds(seal)) this.#drop(seal);
    }
    if (this.#untilMs === undefined) return;
    const isOver = this.#options.nowMs() >= this.#untilMs;
    if (isOver || this.#unverified().length === 0) this.close();
  }

  /** No more seals are waited for. Resolves when all that there are have been verified, or at `untilMs`. */
  finish(untilMs: number): Promise<void> {
    this.#untilMs = untilMs;
    this.step();
    return this.#finished.promise;
  }

  /** Takes the place of those whose frames aren't all under a seal that holds. */
  dropUnsealed(): void {
    const { runtime } = this.#options;
    const { journal, seats } = runtime;
    const ended = journal.record.round?.end?.heads.length ?? 0;
    const sealed = new Set(journal.fullySealedLanes());
    for (const seat of [...seats.values()]) {
      if (seat.lane < ended && !sealed.has(seat.lane)) runtime.dropUnsealed(seat);
    }
  }

  /** Waits for nothing any more. */
  close(): void {
    this.#finished.resolve();
  }

  /** Of a lane whose better seal is still to come, the one before it most likely never matters. */
  #unverified(): readonly LaneSeal[] {
    const seals = this.#options.runtime.journal.unverifiedSeals();
    if (seals.length === 0 || this.#untilMs !== undefined) return seals;
    const { missing } = this;
    return seals.filter(({ lane }) => !missing.has(lane));
  }

  #isAsked(seal: LaneSeal): boolean {
    const { key, claim } = seal;
    if (this.#asked.has(claim)) return true;
    const task = { key, claim };
    const isTaken = this.#options.verifier?.verify(task, REPORTED_SEALS_WITHIN_MS, (verdict) => {
      this.#asked.delete(claim);
      if (verdict === "invalid") this.#drop(seal);
      // Not for each of a message: it looks at all lanes.
      if (this.#untilMs !== undefined && this.#asked.size === 0) this.step();
    });
    if (isTaken === true) this.#asked.add(claim);
    return isTaken === true;
  }

  #drop({ lane }: LaneSeal): void {
    const { runtime } = this.#options;
    const seat = runtime.seats.get(lane);
    if (seat !== undefined) runtime.dropFalseSeal(seat);
  }
}
