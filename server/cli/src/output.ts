/** Where a command writes, and what ends it early. */
export type Output = {
  /** What was asked for: text, or one JSON object a line. */
  readonly out: (text: string) => void;
  /** What a person wants to know meanwhile. */
  readonly err: Terminal;
  /** The user wants it to end. */
  readonly signal: AbortSignal;
};

/** The part of `process.stderr` that is used. */
export type Terminal = {
  write(text: string): unknown;
  readonly isTTY?: boolean;
  readonly columns?: number;
};

/** JSON with what it has no words for: big numbers as decimal text, bytes as hexadecimal. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (typeof item === "bigint") return item.toString();
    return item instanceof Uint8Array ? `0x${Buffer.from(item).toString("hex")}` : item;
  });
}
