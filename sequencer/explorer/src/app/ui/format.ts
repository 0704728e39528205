const whole = new Intl.NumberFormat("en");

/** `12,345` */
export const formatCount = (count: number): string => whole.format(count);

/** `1 prize`, `2 prizes` */
export const counted = (count: number, one: string): string =>
  `${formatCount(count)} ${count === 1 ? one : `${one}s`}`;

/** `0x1234…cdef`, for people; the whole of it belongs into a title. */
export function shortHex(hex: string, digits = 4): string {
  return hex.length <= 2 + 2 * digits + 1
    ? hex
    : `${hex.slice(0, 2 + digits)}…${hex.slice(-digits)}`;
}

/** An amount of 18 decimals as people read it: cut, not rounded, after six of them. */
export function formatUnits(amount: bigint, decimals = 18, shown = 6): string {
  const sign = amount < 0n ? "-" : "";
  const digits = (amount < 0n ? -amount : amount).toString().padStart(decimals + 1, "0");
  const integer = BigInt(digits.slice(0, -decimals)).toLocaleString("en");
  const fraction = digits.slice(-decimals).slice(0, shown).replace(/0+$/, "");
  if (fraction !== "") return `${sign}${integer}.${fraction}`;
  return integer === "0" && amount !== 0n ? `${sign}<0.${"0".repeat(shown - 1)}1` : sign + integer;
}

/** `14:03:22.118` */
export function formatTime(timeMs: number): string {
  const time = new Date(timeMs);
  const two = (value: number) => String(value).padStart(2, "0");
  const ms = String(time.getMilliseconds()).padStart(3, "0");
  return `${two(time.getHours())}:${two(time.getMinutes())}:${two(time.getSeconds())}.${ms}`;
}

/** `21 Nov 2026, 14:03:22.118` */
export function formatDateTime(timeMs: number): string {
  const date = new Date(timeMs).toLocaleDateString("en", {
    day: "numeric",
    month: "short",
    year: "numeric",
  });
  return `${date}, ${formatTime(timeMs)}`;
}

/** `1.2 kB` */
export function formatBytes(sizeBytes: number): string {
  if (sizeBytes < 1000) return `${sizeBytes} B`;
  if (sizeBytes < 1_000_000) return `${(sizeBytes / 1000).toFixed(1)} kB`;
  return `${(sizeBytes / 1_000_000).toFixed(1)} MB`;
}

/** `roomEvents` → `room events` */
export const spaced = (name: string): string =>
  name.replace(/[a-z][A-Z]/g, ([low = "", up = ""]) => `${low} ${up.toLowerCase()}`);
