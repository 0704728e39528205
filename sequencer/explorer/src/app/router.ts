/** What the page's address says after `#/`: `room/0x…` is `["room", "0x…"]`. */
export type Route = readonly string[];

/** Undefined for what isn't an address of ours, such as the anchor of a heading. */
export function parseRoute(hash: string): Route | undefined {
  if (hash !== "" && hash !== "#" && !hash.startsWith("#/")) return undefined;
  return hash
    .slice(2)
    .split("/")
    .filter((part) => part !== "")
    .map(decodePart);
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export function toHash(...route: readonly (string | number)[]): string {
  return `#/${route.map((part) => encodeURIComponent(part)).join("/")}`;
}
