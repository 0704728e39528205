/** RFC 6455 5.2: the only frame of a binary message. A server doesn't mask. */
const BINARY_FRAME = 0x82;
/** In place of a length: it follows in two bytes, or in eight. */
const LENGTH_IN_TWO = 126;
const LENGTH_IN_EIGHT = 127;
const MAX_IN_TWO = 0xffff;

export function frameHeadBytes(messageBytes: number): number {
  if (messageBytes < LENGTH_IN_TWO) return 2;
  return messageBytes <= MAX_IN_TWO ? 4 : 10;
}

/** Writes a message as a server sends it. @returns where the next frame begins. */
export function writeFrame(frames: Uint8Array, at: number, message: Uint8Array): number {
  const { length } = message;
  const start = at + frameHeadBytes(length);
  frames[at] = BINARY_FRAME;
  if (length < LENGTH_IN_TWO) {
    frames[at + 1] = length;
  } else {
    frames[at + 1] = length <= MAX_IN_TWO ? LENGTH_IN_TWO : LENGTH_IN_EIGHT;
    writeUint(frames, at + 2, start, length);
  }
  frames.set(message, start);
  return start + length;
}

/** Big-endian, in the bytes from `from` to `to`. */
function writeUint(bytes: Uint8Array, from: number, to: number, value: number): void {
  let rest = value;
  for (let i = to - 1; i >= from; i--) {
    bytes[i] = rest & 0xff;
    rest = Math.floor(rest / 256);
  }
}
