/** A chain to which moves are transactions. All of them were signed beforehand, and are named by their number. */
export interface MoveChain {
  /** Moves that are taken and in no block, when it gets as many as it can take: with more it gets no faster. */
  readonly maxInFlight: number;
  /** Moves that were taken so far. */
  readonly submitted: number;
  /** Takes the next move. */
  submitNext(): void;
  /** Told of the moves of each block. Moves are in blocks in about the order in which they were taken. */
  onBlock: (moves: readonly number[]) => void;
  /** Rejects when the chain can't go on. */
  readonly failed: Promise<never>;
  stop(): Promise<void>;
}
