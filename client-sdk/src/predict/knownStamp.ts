import type { StateStamp } from "@weft/protocol";

/** A stamp, with when it came. */
export type KnownStamp = {
  readonly tick: number;
  /** The room's clock at that tick, in ms since the Unix epoch … */
  readonly tickMs: number;
  /** … and when the stamp was sent. */
  readonly sentMs: number;
  /** When the stamp came, by this machine's clock. */
  readonly arrivedMs: number;
  readonly applied: number;
  /** When the frame `applied` came to the room, by the room's clock. */
  readonly appliedMs: number;
  readonly ticksLeft: number | null;
};

export function toKnownStamp(stamp: StateStamp, arrivedMs: number): KnownStamp {
  const [tick, tickMs, sinceTickMs, applied, sinceFrameMs, ticksLeft] = stamp;
  const sentMs = tickMs + sinceTickMs;
  const appliedMs = sentMs - sinceFrameMs;
  return { tick, tickMs, sentMs, arrivedMs, applied, appliedMs, ticksLeft };
}
