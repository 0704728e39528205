import type { Socket } from "node:net";

/**
 * Ends a connection on which no request can be read, with the reason where somebody waits for an answer. Browsers open
 * connections in advance: what is said on one that nothing was asked on, they take for the answer to the request
 * that they are about to send.
 * @param error of the HTTP server's `clientError`
 */
export function endBadConnection({ code }: NodeJS.ErrnoException, socket: Socket): void {
  const isLate = code === "ERR_HTTP_REQUEST_TIMEOUT";
  if (!socket.writable || (isLate && socket.bytesRead === 0)) {
    socket.destroy();
    return;
  }
  const status = isLate ? "408 Request Timeout" : "400 Bad Request";
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`);
}
