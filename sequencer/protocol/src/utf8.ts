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

/** More names than the games of a process have; a power of two. */
const MAX_KNOWN = 1024;
/** All ASCII; by what `decodeName` makes of their bytes. */
const known: string[] = Array.from({ length: MAX_KNOWN }, () => "");

/**
 * The same for names of actions and fields, of which there are few, and which come with every action: one that is known
 * isn't made again, and as a key needs no looking for one like it.
 * @throws TypeError when the bytes aren't UTF-8
 */
export function decodeName(bytes: Uint8Array, from: number, to: number): string {
  if (to - from > MAX_SHORT) return decodeUtf8(bytes, from, to);
  let mixed = to - from;
  for (let i = from; i < to; i++) mixed = (mixed * 31 + (bytes[i] as number)) & (MAX_KNOWN - 1);
  const name = known[mixed] as string;
  if (isText(name, bytes, from, to)) return name;
  const decoded = decodeUtf8(bytes, from, to);
  // Only where a character is a byte, or bytes that are no UTF-8 could pass for the text of others.
  if (decoded.length === to - from) known[mixed] = decoded;
  return decoded;
}

function isText(text: string, bytes: Uint8Array, from: number, to: number): boolean {
  if (text.length !== to - from) return false;
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== bytes[from + i]) return false;
  }
  return true;
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
