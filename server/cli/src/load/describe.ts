import { type Break, percent, tallyOf } from "./bounds.ts";
import type { JudgedStep } from "./findKnee.ts";
import type { Tally } from "./fleet.ts";
import type { GeneratorHealth } from "./generator.ts";
import type { LoadReport } from "./loadReport.ts";
import type { LiveStatus, StepResult } from "./loadRun.ts";
import type { Latency } from "./meter.ts";

const LABEL_CHARS = 13;
const PHASES = {
  joining: "clients join",
  settling: "settling",
  measuring: "measuring",
  draining: "waiting for the last actions",
} as const;

/** The picture of the moment, a line each. */
export function describeLive(title: string, status: LiveStatus): string[] {
  const { phase, share, clients, of, rooms, lost, recent, bytesPerSecond, generator } = status;
  const { perSecond, latencyMs, errors } = recent;
  const done = share === undefined ? "" : `, ${percent(Math.round(share * 100) / 100)}`;
  return [
    `${title}: ${PHASES[phase]}${done}`,
    row("clients", `${whole(clients)} of ${whole(of)} in ${whole(rooms)} rooms${lostOf(lost)}`),
    row("actions/s", `${whole(perSecond.wanted)} wanted, ${whole(perSecond.ordered)} ordered`),
    row("applied", latencyOf(latencyMs.applied)),
    row("ordered", latencyOf(latencyMs.ordered)),
    row("errors", errorsOf(errors)),
    row("traffic", trafficOf(bytesPerSecond)),
    row("generator", generatorOf(generator)),
  ];
}

/** The same as one line of a log. */
export function describeLine(status: LiveStatus): string {
  const { phase, clients, of, lost, recent } = status;
  const { perSecond, latencyMs, errors } = recent;
  const { p50, p99 } = latencyMs.ordered ?? {};
  const latency = p50 === undefined ? "" : `, p50 ${ms(p50)}, p99 ${ms(p99)}`;
  return (
    `${PHASES[phase]}: ${whole(clients)} of ${whole(of)} clients${lostOf(lost)}, ` +
    `${whole(perSecond.wanted)} actions/s wanted, ${whole(perSecond.ordered)} ordered${latency}, ` +
    `errors ${errorsOf(errors)}`
  );
}

/** One line on a step of a search. */
export function describeStep(step: JudgedStep): string {
  const { clients, perSecond, latencyMs, errors, broken } = step;
  const [p50, p99] = [latencyMs.ordered?.p50, latencyMs.ordered?.p99];
  const verdict = broken.length === 0 ? "held" : broken.map(({ code }) => code).join(", ");
  return (
    `${whole(clients).padStart(7)} clients ${whole(perSecond.wanted).padStart(8)} wanted ` +
    `${whole(perSecond.ordered).padStart(8)} ordered/s   p50 ${ms(p50).padStart(7)}   ` +
    `p99 ${ms(p99).padStart(7)}   ${percent(errors.share)} errors   ${verdict}`
  );
}

/** What came out of it. */
export function describeReport(report: LoadReport): string {
  const lines = report.knee === undefined ? [] : describeKnee(report);
  const { result, broken, endedEarly } = report;
  return [
    ...lines,
    ...(result === null ? [] : describeResult(result)),
    ...(endedEarly ? ["ended early: of less time than was asked for"] : []),
    ...warningsOf(report),
    ...(report.knee === undefined || !report.held ? [verdictOf(report, broken)] : []),
    "",
  ].join("\n");
}

function describeKnee({ knee, isFound, steps = [] }: LoadReport): string[] {
  if (knee === undefined || knee === null) {
    return steps.length === 0 ? [] : ["no step held"];
  }
  const last = steps.at(-1);
  const at = `${whole(knee.clients)} clients, ${whole(knee.actionsPerSecond)} actions/s`;
  if (!isFound || last === undefined) {
    return [`no knee: all held, up to ${at}; try more --clients`];
  }
  return [
    `knee: ${at}`,
    `  ${whole(last.clients)} clients didn't hold: ${messagesOf(last.broken)}`,
  ];
}

function describeResult(result: StepResult): string[] {
  const { clients, rooms, lost, seconds, actions, perSecond, latencyMs, errors } = result;
  const { wanted, ordered, afterRound, idle } = actions;
  const rest = [
    ...(afterRound === 0 ? [] : [`${whole(afterRound)} after a round's end`]),
    ...(idle === 0 ? [] : [`${whole(idle)} times the bot had nothing to do`]),
  ];
  return [
    row(
      "clients",
      `${whole(clients)} in ${whole(rooms)} rooms, for ${seconds.toFixed(1)} s${lostOf(lost)}`,
    ),
    row("actions", [`${whole(wanted)} wanted, ${whole(ordered)} ordered`, ...rest].join(", ")),
    row("actions/s", `${whole(perSecond.wanted)} wanted, ${whole(perSecond.ordered)} ordered`),
    row("applied", latencyOf(latencyMs.applied)),
    row("ordered", latencyOf(latencyMs.ordered)),
    row("errors", errorsOf(errors)),
    ...(Object.keys(result.refusals).length === 0
      ? []
      : [row("refusals", tallyOf(result.refusals))]),
    row("traffic", trafficOf(result.bytesPerSecond)),
    row("generator", generatorOf(result.generator)),
  ];
}

function warningsOf({ result, steps = [] }: LoadReport): string[] {
  const isBottleneck =
    result?.generator.isBottleneck === true || steps.at(-1)?.generator.isBottleneck === true;
  return isBottleneck
    ? [
        "warning: the generator didn't keep its own pace: what was measured is its machine, not only the server.",
        "         Take fewer clients, or run it on another machine, in several processes.",
      ]
    : [];
}

function verdictOf({ held }: LoadReport, broken: readonly Break[]): string {
  if (held) return "held";
  return `not held: ${messagesOf(broken)}`;
}

const messagesOf = (broken: readonly Break[]) =>
  broken.map(({ code, message }) => `${code}: ${message}`).join("; ");

const row = (label: string, text: string) => `  ${label.padEnd(LABEL_CHARS)}${text}`;

const whole = (count: number) => Math.round(count).toLocaleString("en-US");

function ms(value: number | undefined): string {
  if (value === undefined) return "-";
  return value < 10 ? `${value.toFixed(1)} ms` : `${value.toFixed(0)} ms`;
}

function latencyOf(latency: Latency): string {
  if (latency === null) return "-";
  const { p50, p90, p99, p999, max } = latency;
  return `p50 ${ms(p50)}   p90 ${ms(p90)}   p99 ${ms(p99)}   p99.9 ${ms(p999)}   max ${ms(max)}`;
}

function errorsOf({ total, share, byCode }: StepResult["errors"]): string {
  return total === 0 ? "none" : `${whole(total)} (${percent(share)}): ${tallyOf(byCode)}`;
}

function lostOf(lost: Tally): string {
  return Object.keys(lost).length === 0 ? "" : `, connections lost: ${tallyOf(lost)}`;
}

function trafficOf({ in: read, out }: StepResult["bytesPerSecond"]): string {
  return `in ${bytes(read)}/s, out ${bytes(out)}/s`;
}

function bytes(count: number): string {
  if (count < 1e3) return `${count.toFixed(0)} B`;
  return count < 1e6 ? `${(count / 1e3).toFixed(1)} kB` : `${(count / 1e6).toFixed(1)} MB`;
}

function generatorOf({ busy, cores, lateP99Ms }: GeneratorHealth): string {
  const late = lateP99Ms === null ? "" : `, sends ${ms(lateP99Ms)} late at p99`;
  return `${percent(Math.round(busy * 100) / 100)} of its thread, ${cores.toFixed(2)} cores${late}`;
}
