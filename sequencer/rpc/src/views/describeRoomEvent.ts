import { decodeFrame, decodeValue, hashReport, type RoomEvent } from "@weft/protocol";
import type { PlainJson, PlainObject } from "../answers.ts";
import { toPlainJson } from "./plainJson.ts";

/** A room's event as `weft_*` shows it: a frame with its action and input, a report with its results. */
export function describeRoomEvent(event: RoomEvent): PlainObject & { readonly type: string } {
  const plain = toPlainJson(event) as PlainObject & { readonly type: string };
  if (event.type === "frame") {
    const { frame, ...rest } = plain;
    return { ...rest, ...read(() => decodeFrame(event.frame)) };
  }
  if (event.type === "report") {
    const { report } = event;
    const results = read(() => ({ results: decodeValue(report.results) }));
    const shown = { ...(toPlainJson(report) as object), ...results, hash: hashReport(report) };
    return { ...plain, report: shown as PlainJson };
  }
  return plain;
}

/** Bytes in the ledger are a room's host's: whether they mean anything is for the game to say. */
function read(decode: () => object): PlainObject {
  try {
    return toPlainJson(decode()) as PlainObject;
  } catch {
    return { malformed: true };
  }
}
