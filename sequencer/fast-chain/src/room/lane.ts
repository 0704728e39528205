import { refuse } from "../errors.ts";
import type { Lane, RoomRecord } from "../types.ts";

/** @throws FastChainError LANE_UNKNOWN when there is no such lane or its player is gone. */
export function activeLane(record: RoomRecord, number: number): Lane {
  const lane = record.lanes[number];
  if (lane === undefined || lane.left !== undefined) {
    return refuse("LANE_UNKNOWN", `no active lane ${number} in room ${record.room}`, {
      lane: number,
      left: lane?.left,
    });
  }
  return lane;
}
