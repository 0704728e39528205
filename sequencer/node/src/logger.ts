import { styleText } from "node:util";
import type { Logger } from "./types.ts";

const levels = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof levels)[number];

const colours = { debug: "gray", info: "cyan", warn: "yellow", error: "red" } as const;

/** Lines for people on standard error, which leaves standard output to what a program has to say. */
export function createConsoleLogger(level: LogLevel = "info"): Logger {
  const least = levels.indexOf(level);
  const at = (one: LogLevel) => (message: string, fields?: Record<string, unknown>) => {
    if (levels.indexOf(one) < least) return;
    const label = styleText(colours[one], one.padEnd(5), { stream: process.stderr });
    const rest = fields === undefined ? "" : ` ${JSON.stringify(fields, plain)}`;
    process.stderr.write(`${label} ${message}${rest}\n`);
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** What JSON can't hold. */
function plain(_key: string, value: unknown): unknown {
  if (typeof value === "bigint") return value.toString();
  if (value instanceof Error) {
    const { code } = value as { code?: unknown };
    const cause = value.cause === undefined ? undefined : plain("", value.cause);
    return { ...(code === undefined ? {} : { code }), message: value.message, cause };
  }
  return value;
}

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };
