import { bytesToHex } from "@weft/protocol";
import type { PlainJson } from "../answers.ts";
import { MAX_SHOWN_BYTES } from "../ledgerIndex/limits.ts";

/**
 * Anything the protocol decodes, as `weft_*` shows it: bigints as decimal text, bytes in hexadecimal, of which what
 * is above `MAX_SHOWN_BYTES` is left out and `…` says so. NaN and infinities become text too.
 */
export function toPlainJson(value: unknown): PlainJson {
  if (typeof value === "bigint") return value.toString();
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (value === null || value === undefined) return null;
  if (typeof value !== "object") return value as PlainJson;
  if (value instanceof Uint8Array) return shownBytes(value);
  if (Array.isArray(value)) return value.map(toPlainJson);
  const entries = Object.entries(value).filter(([, field]) => field !== undefined);
  return Object.fromEntries(entries.map(([key, field]) => [key, toPlainJson(field)]));
}

function shownBytes(bytes: Uint8Array): string {
  if (bytes.length <= MAX_SHOWN_BYTES) return bytesToHex(bytes);
  return `${bytesToHex(bytes.subarray(0, MAX_SHOWN_BYTES))}…`;
}
