import type { LeaveEvent } from "@weft/protocol";
import type { RoomRecord } from "../types.ts";
import { activeLane } from "./lane.ts";

export function applyLeave(record: RoomRecord, { lane: number, reason }: LeaveEvent): RoomRecord {
  const lane = activeLane(record, number);
  return { ...record, lanes: record.lanes.with(number, { ...lane, left: reason }) };
}
