import { hexToBytes } from "./bytes.ts";
import { MAX_FRAME_BYTES, MAX_LANES, MAX_ROOM_EVENTS } from "./limits.ts";
import { writeItem } from "./rlp.ts";
import type { RlpWriter } from "./rlpWriter.ts";
import { type RoomEvent, roomEventCodec } from "./roomEvent.ts";

type Run = {
  readonly room: string;
  readonly firstIndex: number;
  readonly events: readonly RoomEvent[];
};

/** Tags of the cases that are written here. */
const ROOM_EVENTS = 5;
const FRAME = 3;
const TICK = 4;
const SEAL = 5;
const CHECKPOINT = 6;

const ROOM_HEX = 42;
const HASH_HEX = 66;
const SIGNATURE_BYTES = 64;

/**
 * Writes the transaction that holds a run of a room's events, to the byte as its codec would: every action of every player is
 * in one, so there are no items, fields and paths in between. The last comes first, as `RlpWriter` wants it.
 * @returns false for what isn't as it should be, which is left to the codec, as where this throws: it says what is wrong
 */
export function writeRoomEvents(writer: RlpWriter, { room, firstIndex, events }: Run): boolean {
  if (room.length !== ROOM_HEX || !isUint(firstIndex) || events.length > MAX_ROOM_EVENTS) {
    return false;
  }
  const end = writer.length;
  for (let i = events.length - 1; i >= 0; i--) {
    if (!writeRoomEvent(writer, events[i] as RoomEvent)) return false;
  }
  writer.listHeader(writer.length - end);
  writer.uintString(firstIndex);
  writer.string(hexToBytes(room));
  writer.byte(ROOM_EVENTS);
  writer.listHeader(writer.length - end);
  return true;
}

function writeRoomEvent(writer: RlpWriter, event: RoomEvent): boolean {
  const end = writer.length;
  switch (event.type) {
    case "frame":
      if (!isLane(event.lane) || event.frame.length > MAX_FRAME_BYTES) return false;
      writer.string(event.frame);
      writer.uintString(event.lane);
      writer.byte(FRAME);
      break;
    case "tick":
      if (!isUint(event.nowMs)) return false;
      writer.uintString(event.nowMs);
      writer.byte(TICK);
      break;
    case "seal":
      if (!isLane(event.lane) || !isUint(event.seq)) return false;
      if (event.signature.length > SIGNATURE_BYTES) return false;
      writer.string(event.signature);
      writer.uintString(event.seq);
      writer.uintString(event.lane);
      writer.byte(SEAL);
      break;
    case "checkpoint":
      if (event.stateHash.length !== HASH_HEX) return false;
      writer.string(hexToBytes(event.stateHash));
      writer.byte(CHECKPOINT);
      break;
    default:
      // What comes once in a while.
      writeItem(writer, roomEventCodec.encode(event, "event"));
      return true;
  }
  writer.listHeader(writer.length - end);
  return true;
}

const isUint = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

const isLane = (value: number): boolean => isUint(value) && value < MAX_LANES;
