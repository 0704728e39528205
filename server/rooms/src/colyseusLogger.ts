import type { Logger } from "@weft/node";

/** Sends what Colyseus logs to the node's log. */
export function colyseusLogger(logger: Logger) {
  const to =
    (level: keyof Logger) =>
    (...parts: unknown[]) =>
      logger[level](`colyseus: ${parts.map(String).join(" ")}`);
  return {
    trace: to("debug"),
    debug: to("debug"),
    info: to("debug"),
    warn: to("warn"),
    error: to("error"),
  };
}
