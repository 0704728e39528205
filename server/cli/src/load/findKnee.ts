import { type Bounds, type Break, judge } from "./bounds.ts";
import type { StepResult } from "./loadRun.ts";

/** A step, and why it didn't hold. */
export type JudgedStep = StepResult & { readonly broken: readonly Break[] };

export type Knee = {
  readonly steps: readonly JudgedStep[];
  /** The last step that held; undefined where none did. */
  readonly knee: JudgedStep | undefined;
  /** Whether there was an end to it: without one more clients could play. */
  readonly isFound: boolean;
};

export type KneeSearch = {
  /** Clients of each step, rising. */
  readonly clients: readonly number[];
  readonly bounds: Bounds;
  /** Lets more clients in up to so many, and measures. Undefined: it was called off. */
  readonly run: (clients: number) => Promise<StepResult | undefined>;
  readonly onStep: (step: JudgedStep) => void;
};

/** Steps the load up until it doesn't hold any more. */
export async function findKnee({ clients, bounds, run, onStep }: KneeSearch): Promise<Knee> {
  const steps: JudgedStep[] = [];
  for (const count of clients) {
    const result = await run(count);
    if (result === undefined) break;
    const step = { ...result, broken: judge(result, bounds) };
    steps.push(step);
    onStep(step);
    if (step.broken.length > 0) break;
  }
  const knee = steps.findLast(({ broken }) => broken.length === 0);
  const isFound = steps.some(({ broken }) => broken.length > 0);
  return { steps, knee, isFound };
}

/** Clients of each step: so many more each time, and all of them in the last one. */
export function stepsUpTo(clients: number, step: number): number[] {
  const count = Math.ceil(clients / step);
  return Array.from({ length: count }, (_, nth) => Math.min(clients, (nth + 1) * step));
}
