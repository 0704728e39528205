import type { GameServer } from "./types.ts";

/**
 * Stops a server when its process is told to end. SIGTERM lets rounds that are under way come to their end first;
 * a second signal, or SIGINT, stops it at once.
 * @returns when it has stopped.
 */
export function stopOnSignals(server: Pick<GameServer, "stop">): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let isFirst = true;
  const stop = (signal: NodeJS.Signals) => {
    server.stop({ drain: isFirst && signal === "SIGTERM" }).then(resolve, reject);
    isFirst = false;
  };
  process.on("SIGTERM", stop).on("SIGINT", stop);
  return promise.finally(() => process.off("SIGTERM", stop).off("SIGINT", stop));
}
