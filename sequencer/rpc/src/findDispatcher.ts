import type { Dispatcher } from "./dispatcher.ts";

/** By path, such as `/zk`. */
export type Dispatchers = ReadonlyMap<string, Dispatcher>;

/** Who answers at a URL; a query and a trailing slash don't matter. */
export function findDispatcher(dispatchers: Dispatchers, url = ""): Dispatcher | undefined {
  const [path = ""] = url.split("?");
  return dispatchers.get(path.length > 1 ? path.replace(/\/$/, "") : path);
}
