/** The value that a share of all (0 to 1) lies below; NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

/** Of an even number of values, the higher one of the two in the middle. */
export const median = (values: readonly number[]): number => percentile(values, 0.5);
