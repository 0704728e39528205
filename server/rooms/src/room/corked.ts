import type { Client } from "@colyseus/core";

/** As Node's sockets do: what is written waits until as many calls of the one as of the other were made. */
type Corkable = { cork(): void; uncork(): void };

/**
 * Runs something that writes to many connections, each several times: what goes to one goes out in one write. A write is a
 * system call, which costs more than all the rest of a message.
 *
 * For ws, whose socket has no public name, as in ws itself. uWebSockets.js can hold back one connection at a time only, and
 * costs less by the write.
 */
export function corked<T>(clients: Iterable<Client>, run: () => T): T {
  const sockets: Corkable[] = [];
  for (const { ref } of clients) {
    const socket = (ref as { _socket?: Corkable | null })._socket;
    if (socket == null) continue;
    socket.cork();
    sockets.push(socket);
  }
  try {
    return run();
  } finally {
    for (const socket of sockets) socket.uncork();
  }
}
