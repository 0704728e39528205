import type { Game } from "@weft/game";
import { decodeValue, hexToBytes } from "@weft/protocol";
import type { RecordedRound, RecordedStep, StepEvent } from "../recording/recordedRound.ts";
import { type ActualReport, RoundRunner, type StepResult } from "../recording/roundRunner.ts";
import { type FlatState, flattenValue } from "../state/flattenState.ts";
import { applyChanges, compareStates, type StateDifference } from "../state/stateChanges.ts";
import type { Divergence } from "./divergence.ts";

/** Runs a recorded round, and stops where the game makes something else of it. */
export function findDivergence(
  game: Game,
  round: RecordedRound,
): Omit<Divergence, "isRepeatable"> | undefined {
  const runner = new RoundRunner(game, round);
  const sessions = new Map<number, string>();
  /** The state as it was recorded, as far as that is known. */
  let recorded: FlatState | undefined;
  let fromIndex = round.steps[0]?.index ?? 0;
  for (const step of round.steps) {
    const { index, height, event, changes } = step;
    if (event.type === "join") sessions.set(event.lane, event.sessionId);
    recorded = changes && applyChanges(recorded ?? new Map(), changes);
    const { differences, errors } = runStep(runner, step, recorded);
    const [first] = differences;
    if (first !== undefined) {
      const player = "lane" in event ? sessions.get(event.lane) : undefined;
      return {
        ...{ index, event, differences, errors },
        fromIndex: step.stateHash === undefined ? index : fromIndex,
        ...(height === undefined ? {} : { height }),
        ...(player === undefined ? {} : { player }),
        ...(event.type === "frame" ? { action: event.action } : {}),
        path: first.path,
      };
    }
    if (step.stateHash !== undefined) fromIndex = index + 1;
  }
  return undefined;
}

type Checked = {
  readonly differences: readonly StateDifference[];
  readonly errors: readonly Error[];
};

function runStep(runner: RoundRunner, step: RecordedStep, recorded?: FlatState): Checked {
  let result: StepResult;
  try {
    result = runner.apply(step.event);
  } catch (error) {
    const differences = [
      { path: "event", recorded: "taken", actual: `refused: ${messageOf(error)}` },
    ];
    return { differences, errors: [error as Error] };
  }
  const differences = [
    ...compareOutcomes(step, result),
    ...compareReports(step.event, result.report),
    ...compareGames(runner, step, recorded),
  ];
  return { differences, errors: [...result.errors, ...reportError(result.report)] };
}

function compareOutcomes({ outcome }: RecordedStep, result: StepResult): StateDifference[] {
  if (outcome === undefined || outcome === result.outcome) return [];
  return [{ path: "outcome", recorded: outcome, actual: result.outcome }];
}

function compareReports(event: StepEvent, report: ActualReport | undefined): StateDifference[] {
  if (event.type !== "report" || report === undefined) return [];
  if ("error" in report) {
    return [{ path: "report", recorded: "made", actual: messageOf(report.error) }];
  }
  const flatten = ({ results, mints }: Extract<ActualReport, { mints: unknown }>) => {
    const flat: FlatState = new Map();
    flattenValue(decodeValue(hexToBytes(results)), "report.results", flat);
    flattenValue(
      mints.map(({ to, item }) => ({ to, item })),
      "report.mints",
      flat,
    );
    return flat;
  };
  return compareStates(flatten(event), flatten(report));
}

function compareGames(
  runner: RoundRunner,
  { stateHash }: RecordedStep,
  recorded: FlatState | undefined,
): StateDifference[] {
  if (stateHash === undefined) return [];
  const actual = runner.stateHash();
  if (actual === stateHash) return [];
  const places = recorded === undefined ? [] : compareStates(recorded, runner.flatState());
  // What places don't show is the order in which the entries of a map were put there.
  return places.length > 0 ? places : [{ path: "state", recorded: stateHash, actual }];
}

const reportError = (report: ActualReport | undefined): Error[] =>
  report !== undefined && "error" in report ? [report.error as Error] : [];

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
