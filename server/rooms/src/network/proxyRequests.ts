import {
  Agent,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import type { ErrorResponse } from "@weft/protocol";
import { CLIENT_HEADER, type ListenAt } from "./protocol.ts";

/** Of one connection, not of what it carries: each of the two has its own (RFC 9110 7.6.1). */
const HOP_BY_HOP: ReadonlySet<string> = new Set(["keep-alive", "transfer-encoding"]);

/**
 * Hands HTTP requests on to the server behind a local socket, and its answers back, as they are.
 * @returns the listener for requests
 */
export function proxyRequests({
  target: socketPath,
  secret,
}: Pick<ListenAt, "target" | "secret">): (
  request: IncomingMessage,
  response: ServerResponse,
) => void {
  // The server behind never closes a connection that rests, so none is taken that is about to be closed.
  const agent = new Agent({ keepAlive: true });
  return (request, response) => {
    const { method, url: path } = request;
    const headers = headersFor(request, secret);
    try {
      const onward = httpRequest({ socketPath, agent, method, path, headers, setHost: false });
      onward.on("response", (answer) => sendBack(answer, response));
      onward.on("error", () => refuse(response, 502, "the server isn't there"));
      response.on("close", () => onward.destroy());
      // Some are answered before their body comes.
      onward.flushHeaders();
      request.pipe(onward);
    } catch {
      // Characters that no URL has.
      refuse(response, 400, "the URL is malformed");
    }
  };
}

/** What a client sends as the header that says whose request it is isn't passed on. */
function headersFor({ rawHeaders, socket }: IncomingMessage, secret: string): string[] {
  const headers = pairs(rawHeaders).filter(([name]) => name.toLowerCase() !== CLIENT_HEADER);
  headers.push([CLIENT_HEADER, `${secret} ${socket.remoteAddress ?? ""}`]);
  return headers.flat();
}

function sendBack(answer: IncomingMessage, response: ServerResponse): void {
  const { statusCode = 502, statusMessage = "", rawHeaders } = answer;
  const headers = pairs(rawHeaders).filter(([name, value]) => isPassedOn(name, value));
  response.writeHead(statusCode, statusMessage, headers.flat());
  answer.pipe(response);
  answer.on("error", () => response.destroy());
}

function isPassedOn(name: string, value: string): boolean {
  const lower = name.toLowerCase();
  if (lower === "connection") return value.toLowerCase() === "close";
  return !HOP_BY_HOP.has(lower);
}

function pairs(rawHeaders: readonly string[]): [name: string, value: string][] {
  const pairs: [string, string][] = [];
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    pairs.push([rawHeaders[i] as string, rawHeaders[i + 1] as string]);
  }
  return pairs;
}

function refuse(response: ServerResponse, status: number, message: string): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const body: ErrorResponse = { error: { code: "REQUEST_INVALID", message } };
  response.writeHead(status, { "content-type": "application/json", connection: "close" });
  response.end(JSON.stringify(body));
}
