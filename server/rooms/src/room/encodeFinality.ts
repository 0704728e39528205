import { getMessageBytes, Protocol } from "@colyseus/core";
import { type FinalityMessage, Message } from "@weft/protocol";

/** What Colyseus puts ahead of every message of this name. */
const HEAD = getMessageBytes.raw(Protocol.ROOM_DATA, Message.finality, undefined, new Uint8Array());

/** MessagePack's marks. A list of up to 15 and a number below 128 are in their mark itself. */
const LIST = 0x90;
const MAX_SMALL = 0x7f;
const UINT_8 = 0xcc;
const UINT_16 = 0xcd;
const UINT_32 = 0xce;
const FLOAT_64 = 0xcb;

/**
 * The bytes that Colyseus would send for this message, which is the most frequent but for patches: nearly every client gets
 * one with nearly every patch. By hand it takes a fraction of what a general encoder does.
 */
export function encodeFinality(finality: FinalityMessage): Uint8Array {
  let sizeBytes = HEAD.length + 1;
  for (const value of finality) sizeBytes += uintBytes(value);
  const bytes = Buffer.allocUnsafe(sizeBytes);
  bytes.set(HEAD);
  bytes[HEAD.length] = LIST | finality.length;
  let at = HEAD.length + 1;
  for (const value of finality) at = writeUint(bytes, at, value);
  return bytes;
}

function uintBytes(value: number): number {
  if (value <= MAX_SMALL) return 1;
  if (value <= 0xff) return 2;
  if (value <= 0xffff) return 3;
  return value <= 0xffff_ffff ? 5 : 9;
}

/** @returns where the next value begins. */
function writeUint(bytes: Buffer, at: number, value: number): number {
  if (value <= MAX_SMALL) {
    bytes[at] = value;
    return at + 1;
  }
  if (value <= 0xff) {
    bytes[at] = UINT_8;
    bytes[at + 1] = value;
    return at + 2;
  }
  if (value <= 0xffff) {
    bytes[at] = UINT_16;
    return bytes.writeUInt16BE(value, at + 1);
  }
  if (value <= 0xffff_ffff) {
    bytes[at] = UINT_32;
    return bytes.writeUInt32BE(value, at + 1);
  }
  // As msgpackr does: MessagePack's integers of 64 bits would be read as bigints.
  bytes[at] = FLOAT_64;
  return bytes.writeDoubleBE(value, at + 1);
}
