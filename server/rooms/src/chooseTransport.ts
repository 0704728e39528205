import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { availableParallelism } from "node:os";
import type { Transport } from "@colyseus/core";
import type { Logger } from "@weft/node";
import { RoomsError } from "./errors.ts";
import { guardHttpServer } from "./http/guardHttpServer.ts";
import { guardUwsApp } from "./http/guardUwsApp.ts";
import { MAX_BACKPRESSURE_BYTES, MAX_MESSAGE_BYTES, MAX_SILENT_SECONDS } from "./limits.ts";

export type TransportName = "ws" | "uWebSockets";

export type ChosenTransport = {
  readonly name: TransportName;
  readonly transport: Transport;
  /** To be called once it listens: closes what Colyseus leaves open. */
  secure(): void;
  /** The port it listens on. */
  port(): number;
  /** Ends connections that linger after the transport's shutdown. */
  close(): Promise<void>;
  /** Handles what clients have sent up to now, where that waits elsewhere. */
  receive?(): void;
  /** Resolves when nobody is connected any more, nor can be. */
  readonly failed?: Promise<Error>;
};

export type TransportOptions = {
  readonly transport?: "auto" | TransportName;
  readonly networkThread?: boolean;
};

/**
 * ws, with its sockets in a thread of their own. On a single processor, where that gains nothing, uWebSockets.js if it loads (it
 * is a native module that needs glibc 2.38 or newer on Linux), else ws on the thread that serves.
 * @throws RoomsError TRANSPORT_UNAVAILABLE when uWebSockets.js was asked for by name and doesn't load.
 */
export async function chooseTransport(
  { transport: wanted = "auto", networkThread = availableParallelism() > 1 }: TransportOptions,
  logger: Logger,
): Promise<ChosenTransport> {
  if (wanted !== "uWebSockets" && networkThread) return threadTransport(logger);
  if (wanted === "ws") return wsTransport();
  try {
    return await uWebSocketsTransport();
  } catch (cause) {
    const [why] = String((cause as Error)?.message ?? cause)
      .split("\n")
      .slice(-1);
    if (wanted === "uWebSockets") {
      throw new RoomsError("TRANSPORT_UNAVAILABLE", `uWebSockets.js doesn't load: ${why}`, {
        cause,
      });
    }
    logger.info("uWebSockets.js doesn't load here, players are served with ws", { why });
    return wsTransport();
  }
}

async function threadTransport(logger: Logger): Promise<ChosenTransport> {
  const { ThreadTransport } = await import("./network/threadTransport.ts");
  const { promise: failed, resolve: onFailed } = Promise.withResolvers<Error>();
  const onProblem = (error: Error) => logger.warn("a connection was not taken", { error });
  const transport = new ThreadTransport({ onProblem, onFailed });
  return {
    name: "ws",
    transport,
    secure: () => transport.secure(),
    port: () => transport.port,
    close: () => transport.close(),
    receive: () => transport.receive(),
    failed,
  };
}

async function wsTransport(): Promise<ChosenTransport> {
  const { WebSocketTransport } = await import("@colyseus/ws-transport");
  const server: Server = createServer();
  const transport = new WebSocketTransport({ server, maxPayload: MAX_MESSAGE_BYTES });
  // Colyseus would wait for ever where it can't listen.
  transport.listen = (port, host, backlog, done: Listening = () => {}) => {
    server.once("error", done);
    server.listen(port, host, backlog, () => {
      server.off("error", done);
      done();
    });
    return transport;
  };
  return {
    name: "ws",
    transport,
    secure: () => guardHttpServer(server),
    port: () => (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function uWebSocketsTransport(): Promise<ChosenTransport> {
  // Loaded by itself first: through Colyseus's transport a failure would also end the process later.
  const { default: uWebSockets } = await import("uWebSockets.js");
  const { uWebSocketsTransport: Transport } = await import("@colyseus/uwebsockets-transport");
  const transport = new Transport({
    maxPayloadLength: MAX_MESSAGE_BYTES,
    maxBackpressure: MAX_BACKPRESSURE_BYTES,
    // Else what is over it would be left out, and the client go on with a state that isn't the room's.
    closeOnBackpressureLimit: true,
    idleTimeout: MAX_SILENT_SECONDS,
  });
  guardUwsApp(transport.app);
  // Colyseus would listen at every address of the machine, and share a port that is taken with whoever has it.
  transport.listen = (port, host = "0.0.0.0", _backlog, done: Listening = () => {}) => {
    const { app } = transport as unknown as ExclusiveApp;
    app.listen(host, port, EXCLUSIVE_PORT, (socket) => {
      (transport as unknown as ListeningTransport)._listeningSocket = socket;
      done(socket ? undefined : new Error(`uWebSockets.js can't listen on ${host}:${port}`));
    });
    return transport;
  };
  return {
    name: "uWebSockets",
    transport,
    secure() {},
    port() {
      // Not public in Colyseus, and there is no other way to learn a port that was chosen for us.
      const { _listeningSocket: socket } = transport as unknown as ListeningTransport;
      return uWebSockets.us_socket_local_port(socket);
    },
    async close() {
      transport.app.close();
    },
  };
}

/** Colyseus passes on what it is given, though its types don't say so. */
type Listening = (error?: Error) => void;

type ListenSocket = Parameters<typeof import("uWebSockets.js").us_socket_local_port>[0];

/** `LIBUS_LISTEN_EXCLUSIVE_PORT`, which its types have elsewhere than its code. */
const EXCLUSIVE_PORT = 1;

type ListeningTransport = { _listeningSocket: ListenSocket | false };

/** uWebSockets.js takes options together with a host, though its types don't say so. */
type ExclusiveApp = {
  readonly app: {
    listen(
      host: string,
      port: number,
      options: number,
      done: (socket: ListenSocket | false) => void,
    ): void;
  };
};
