import type { RecordedStep, StepEvent } from "@weft/testing";

/** Of a session's id, as much as tells players apart. */
const SHORT_ID_CHARS = 10;

/** A step as a person reads it: event, block, and what happened; with the places of the state that it changed. */
export function describeStep(
  { index, height, event, outcome, changes }: RecordedStep,
  { states }: { readonly states: boolean },
): string[] {
  const refused = outcome === undefined || outcome === "applied" ? "" : `  refused: ${outcome}`;
  const line = `${String(index).padStart(6)} ${String(height ?? "").padStart(8)}  ${describeEvent(event)}${refused}`;
  if (!states) return [line];
  const places = Object.entries(changes ?? {}).map(
    ([path, text]) => `${" ".repeat(20)}${path} = ${text ?? "nothing any more"}`,
  );
  return [line, ...places];
}

function describeEvent(event: StepEvent): string {
  switch (event.type) {
    case "join":
      return `lane ${event.lane}  join by ${event.sessionId.slice(0, SHORT_ID_CHARS)}, prizes to ${event.payout}`;
    case "rejoin":
      return `lane ${event.lane}  comes back`;
    case "leave":
      return `lane ${event.lane}  leave: ${event.reason}`;
    case "frame":
      return `lane ${event.lane}  ${event.action} ${JSON.stringify(event.input ?? null)}`;
    case "seal":
      return `lane ${event.lane}  seal over ${event.seq} frames`;
    case "tick":
      return `tick    ${new Date(event.nowMs).toISOString()}`;
    case "checkpoint":
      return "checkpoint";
    case "roundOpen":
      return `round opens, at most ${event.cap} prizes`;
    case "roundEnd":
      return "round is over";
    case "report":
      return `report  ${JSON.stringify(event.shownResults ?? null)}${event.mints
        .map(({ to, item }) => `, ${item} for ${to}`)
        .join("")}`;
    case "roundVoid":
      return `round is void: ${event.code}`;
    case "close":
      return "room closes";
  }
}
