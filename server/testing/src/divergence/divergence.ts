import { decodeFrame, hexToBytes } from "@weft/protocol";
import { MAX_NAMED_PLACES } from "../limits.ts";
import type { StepEvent } from "../recording/recordedRound.ts";
import type { StateDifference } from "../state/stateChanges.ts";

/** Where a game went another way than when it was recorded. */
export type Divergence = {
  /** The room's event after which it showed. */
  readonly index: number;
  /** The first event that can have led there; the same as `index` where the state after each is known. */
  readonly fromIndex: number;
  /** The block that holds the event, of a round out of a ledger. */
  readonly height?: number;
  readonly event: StepEvent;
  /** Session of the player whose event it was. */
  readonly player?: string;
  /** Of a frame. */
  readonly action?: string;
  /** The first place that differs: `state.ships["0x…"].x`. */
  readonly path: string;
  /** All of them, the state's first. */
  readonly differences: readonly StateDifference[];
  /** What game code threw at this event. */
  readonly errors: readonly Error[];
  /** A second run went the same way. When not, the game depends on something outside its state. */
  readonly isRepeatable: boolean;
};

/** A divergence for people. */
export function describeDivergence(divergence: Divergence): string {
  const { index, fromIndex, height, event, differences, errors, isRepeatable } = divergence;
  const where = height === undefined ? `event ${index}` : `event ${index} (block ${height})`;
  const lines = [
    `the game goes another way at ${where}: ${describeEvent(event, divergence.player)}`,
  ];
  if (fromIndex < index) {
    lines.push(
      `  it began at one of the events ${fromIndex} to ${index}: no state is known between`,
    );
  }
  const named = differences.slice(0, MAX_NAMED_PLACES);
  for (const { path, recorded, actual } of named) {
    lines.push(`  ${path}: ${recorded ?? "nothing"} when recorded, ${actual ?? "nothing"} now`);
  }
  if (differences.length > named.length) {
    lines.push(`  and ${differences.length - named.length} places more`);
  }
  if (differences[0]?.path === "random") {
    lines.push("  ctx.random was used another number of times, or its seed is another");
  }
  for (const { message } of errors) lines.push(`  game code threw: ${message}`);
  if (!isRepeatable) {
    lines.push("  a second run went a third way: the game depends on something outside its state");
  }
  return lines.join("\n");
}

function describeEvent(event: StepEvent, player: string | undefined): string {
  const who = player === undefined ? "" : `player ${player}`;
  switch (event.type) {
    case "frame":
      return `${who} (lane ${event.lane}) did ${event.action} ${inputOf(event.frame)}`;
    case "join":
    case "leave":
      return `${who} (lane ${event.lane}), ${event.type}`;
    case "tick":
      return `tick at ${event.nowMs}`;
    default:
      return event.type;
  }
}

function inputOf(frame: string): string {
  const { input } = decodeFrame(hexToBytes(frame));
  return JSON.stringify(input, (_key, item: unknown) => {
    if (typeof item === "bigint") return `${item}n`;
    return item instanceof Uint8Array ? Array.from(item) : item;
  });
}
