import { workerData } from "node:worker_threads";
import { Hub, port } from "./hub.ts";
import { LOOK, type NetworkMemory, type SocketServer, type ToThread } from "./protocol.ts";
import { WsServer } from "./wsServer.ts";

const hub = new Hub(workerData as NetworkMemory);
let server: SocketServer | undefined;

port().on("message", (message: ToThread) => {
  if (message === LOOK) {
    hub.look();
  } else if ("listen" in message) {
    server = new WsServer(hub, message.listen.maxPayload);
    server.listen(message.listen);
  } else if ("stopListening" in message) {
    server?.stopListening();
  } else {
    // Ends this thread only.
    const exit = () => process.exit();
    if (server === undefined) exit();
    else server.end(message.endWithinMs, exit);
  }
});
