import { MAX_BODY_BYTES } from "../limits.ts";

/** What a request says of itself before its body comes; empty and undefined mean that it doesn't. */
export type RequestHead = {
  readonly url: string | undefined;
  readonly host: string | undefined;
  readonly length: string | undefined;
  readonly encoding: string | undefined;
};

export type RequestProblem = {
  readonly status: number;
  readonly code: string;
  readonly message: string;
};

/** Why Colyseus must not see a request; undefined where it may. */
export function problemOf(head: RequestHead): RequestProblem | undefined {
  if (!hasUrl(head)) {
    return { status: 400, code: "REQUEST_INVALID", message: "the URL or the Host is malformed" };
  }
  if (head.encoding) {
    return { status: 411, code: "REQUEST_INVALID", message: "a body needs its Content-Length" };
  }
  // What isn't a number is no length either.
  if (!(Number(head.length ?? 0) <= MAX_BODY_BYTES)) {
    const message = `a body has ${MAX_BODY_BYTES} bytes at most`;
    return { status: 413, code: "REQUEST_TOO_LARGE", message };
  }
  return undefined;
}

/** Whether the URLs that Colyseus makes of a request can be made. */
export function hasUrl({ url, host }: RequestHead): boolean {
  if (url === undefined || !url.startsWith("/")) return false;
  return URL.canParse(`http://${host ?? ""}${url}`) && URL.canParse(`ws://server${url}`);
}
