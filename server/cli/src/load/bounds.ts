import type { Tally } from "./fleet.ts";
import type { StepResult } from "./loadRun.ts";

/** What a load may cost; undefined: whatever it does. */
export type Bounds = {
  /** From when an action was due to when it was ordered. */
  readonly maxP99Ms: number | undefined;
  /** Share of the wanted actions. */
  readonly maxErrors: number | undefined;
  /** Share of the wanted rate that must be ordered in time. */
  readonly minRate: number | undefined;
};

/** Why a step didn't hold. */
export type Break = {
  readonly code: "P99" | "ERRORS" | "RATE" | "JOINS" | "LOST" | "NOTHING_MEASURED" | "SERVER_LOST";
  readonly message: string;
};

/** @returns nothing where it held. */
export function judge(result: StepResult, bounds: Bounds): Break[] {
  const { latencyMs, errors, perSecond, actions, clients, connected, notJoined, lost } = result;
  const { maxP99Ms, maxErrors, minRate } = bounds;
  const broken: Break[] = [];
  const add = (code: Break["code"], message: string) => broken.push({ code, message });
  const isMeasured = actions.wanted > 0;
  if (clients > 0 && connected === 0) add("SERVER_LOST", "no client is connected any more");
  // What they would have done are errors: where there is a bound for those, that decides.
  else if (maxErrors === undefined && sum(lost) > 0) {
    add("LOST", `${sum(lost)} connections were lost: ${tallyOf(lost)}`);
  }
  const missing = sum(notJoined);
  if (missing > 0) add("JOINS", `${missing} clients got no place: ${tallyOf(notJoined)}`);
  if (!isMeasured) add("NOTHING_MEASURED", "no action was due in the time that is measured");
  const p99 = latencyMs.ordered?.p99;
  if (maxP99Ms !== undefined && isMeasured && !((p99 ?? Infinity) <= maxP99Ms)) {
    add(
      "P99",
      `p99 is ${p99 === undefined ? "unknown" : `${p99.toFixed(0)} ms`}, over ${maxP99Ms} ms`,
    );
  }
  if (maxErrors !== undefined && errors.share > maxErrors) {
    add("ERRORS", `${percent(errors.share)} of the actions failed, over ${percent(maxErrors)}`);
  }
  if (minRate !== undefined && isMeasured && perSecond.ordered < perSecond.wanted * minRate) {
    const [got, wanted] = [perSecond.ordered, perSecond.wanted].map((rate) => rate.toFixed(0));
    add("RATE", `${got} of ${wanted} wanted actions a second`);
  }
  return broken;
}

const sum = (tally: Tally) => Object.values(tally).reduce((all, count) => all + count, 0);

/** `RATE_LIMITED 12, ROUND_OVER 3` */
export function tallyOf(tally: Tally): string {
  return Object.entries(tally)
    .map(([code, count]) => `${code} ${count}`)
    .join(", ");
}

/** 0.0123 → `1.23 %` */
export function percent(share: number): string {
  return `${Number((share * 100).toPrecision(3))} %`;
}
