const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const encoder = new TextEncoder();

/** Longer text is decoded sooner by the platform, even where it is ASCII. */
const MAX_SHORT = 32;

/**
 * Text of UTF-8. The names of actions and fields are short and ASCII, and come with every action.
 * @throws TypeError when the bytes aren't UTF-8
 */
export function decodeUtf8(bytes: Uint8Array, from = 0, to = bytes.length): string {
  if (to - from <= MAX_SHORT) {
    let text = "";
    let at = from;
    for (; at < to && (bytes[at] as number) < 0x80; at++) {
      text += String.fromCharCode(bytes[at] as number);
    }
    if (at === to) return text;
  }
  return strict.decode(bytes.subarray(from, to));
}

/** A lone surrogate has no UTF-8: whoever calls this has seen to it that there is none. */
export function encodeUtf8(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  return writeAscii(text, bytes, 0) ? bytes : encoder.encode(text);
}

/** Longer text is written sooner by the platform. */
const MAX_ASCII = 256;

/** @returns whether the text is short and ASCII: else what is written has no meaning. */
export function writeAscii(text: string, bytes: Uint8Array, at: number): boolean {
  if (text.length > MAX_ASCII) return false;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 0x80) return false;
    bytes[at + i] = code;
  }
  return true;
}
