import type { Dispatcher } from "./dispatcher.ts";

/** By path, such as `/zk`. */
export type Dispatchers = ReadonlyMap<string, Dispatcher>;

/** Who answers at a URL; a query and a trailing slash don't matter. */
export function findDispatcher(dispatchers: Dispatchers, url = ""): Dispatcher | undefined {
  return dispatchers.get(pathOf(url));
}

/** A URL's path, without a trailing slash. */
export function pathOf(url = ""): string {
  const [path = ""] = url.split("?");
  return path.length > 1 ? path.replace(/\/$/, "") : path;
}
