import type { HttpRequest, HttpResponse, TemplatedApp } from "uWebSockets.js";
import { STATUS_CODES } from "node:http";
import type { ErrorResponse } from "@weft/protocol";
import { problemOf, type RequestProblem } from "./requestProblem.ts";

/**
 * Stands before the handler that Colyseus gives to uWebSockets.js, as `guardHttpServer` does before Node's: it gathers bodies
 * without a bound, and makes URLs of what a client sent where nobody catches what that throws. To be called before Colyseus
 * has given its handler. (uWebSockets.js itself takes no more of a body than its Content-Length.)
 */
export function guardUwsApp(app: TemplatedApp): void {
  const any = app.any.bind(app);
  app.any = (pattern, handler) =>
    any(pattern, (response, request) => {
      const problem = problemOf({
        url: urlOf(request),
        // Colyseus takes this for requests without one.
        host: request.getHeader("host") || "localhost",
        length: request.getHeader("content-length"),
        encoding: request.getHeader("transfer-encoding"),
      });
      if (problem === undefined) return handler(response, request);
      refuse(response, problem);
    });
}

function urlOf(request: HttpRequest): string {
  const query = request.getQuery();
  return query ? `${request.getUrl()}?${query}` : request.getUrl();
}

function refuse(response: HttpResponse, { status, code, message }: RequestProblem): void {
  const body: ErrorResponse = { error: { code, message } };
  response.cork(() => {
    response.writeStatus(`${status} ${STATUS_CODES[status]}`);
    response.writeHeader("content-type", "application/json");
    response.writeHeader("access-control-allow-origin", "*");
    // And closes the connection: the body that was announced isn't wanted.
    response.end(JSON.stringify(body), true);
  });
}
