import type { ServerInfo, TimestampMs } from "@weft/protocol";

/** The server's clock, as far as the client knows it. */
export type ServerClock = {
  /** A little behind the server, never ahead: tickets from the future are refused. */
  nowMs(): TimestampMs;
  /** Takes the server's time from an answer that has just arrived. */
  set(info: Pick<ServerInfo, "nowMs">): void;
};

/** @param monotonicMs Rises evenly whatever is done to the machine's clock, like performance.now(). */
export function createServerClock(monotonicMs: () => number): ServerClock {
  let aheadMs: number | undefined;
  return {
    nowMs: () =>
      Math.floor(aheadMs === undefined ? Date.now() : monotonicMs() + aheadMs) as TimestampMs,
    set({ nowMs }) {
      aheadMs = nowMs - monotonicMs();
    },
  };
}
