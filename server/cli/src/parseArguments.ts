import type { Hash } from "@weft/protocol";
import { InvalidArgumentError } from "commander";

/** A whole number from 0, such as a height. */
export function wholeArgument(text: string): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value;
  throw new InvalidArgumentError("A whole number from 0 is wanted.");
}

/** 32 bytes in hexadecimal. */
export function hashArgument(text: string): Hash {
  if (/^0x[0-9a-fA-F]{64}$/.test(text)) return text.toLowerCase() as Hash;
  throw new InvalidArgumentError("32 bytes in hexadecimal are wanted, 0x in front.");
}

/** How a hash begins: 0x and up to 64 digits. */
export function hashPrefixArgument(text: string): string {
  if (/^0x[0-9a-fA-F]{1,64}$/.test(text)) return text.toLowerCase();
  throw new InvalidArgumentError("Hexadecimal is wanted, 0x in front.");
}

/** A port, 0 for any free one. */
export function portArgument(text: string): number {
  const value = wholeArgument(text);
  if (value <= 65_535) return value;
  throw new InvalidArgumentError("A port from 0 to 65535 is wanted.");
}

/** Where a server is. */
export function urlArgument(text: string): string {
  if (URL.canParse(text) && /^https?:$/.test(new URL(text).protocol)) return text;
  throw new InvalidArgumentError("An http or https URL is wanted.");
}
