/**
 * What the explorer's page may do: its own scripts and styles, no others, and talk to its own node; or to the one that
 * `?rpc=` in its address names, and no third. Nobody may frame it, and it sends no forms.
 */
export function contentPolicy(rpcOrigins: readonly string[]): string {
  return [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    // covers WebSockets of the same origin
    `connect-src ${["'self'", ...rpcOrigins].join(" ")}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
    "require-trusted-types-for 'script'",
    "trusted-types lit-html",
  ].join("; ");
}

/** The origins, of HTTP and of WebSockets, of the node that a page's query names; none when it names none. */
export function rpcOrigins(query: string): string[] {
  const url = URL.parse(new URLSearchParams(query).get("rpc") ?? "");
  if (url === null || !/^https?:$/.test(url.protocol)) return [];
  // URLs may have characters in a host's name, `*` and `,`, that mean something in a policy.
  if (!/^[\w.-]+$|^\[[\da-f:]+\]$/.test(url.hostname)) return [];
  return [url.origin, url.origin.replace(/^http/, "ws")];
}
