import { codeOf } from "../core/codeOf.ts";
import type { Link } from "../network/link.ts";
import { HERE, JOIN, JOINED, type JoinRequest, REFUSED } from "../player/playerLink.ts";
import { PlayerConnection } from "./playerConnection.ts";
import type { RoomShell } from "./roomShell.ts";
import type { ServerProcess } from "./serverProcess.ts";

/** The server's end of a player's connection, from its first message on. */
export function acceptPlayer(link: Link, server: ServerProcess): void {
  const { life } = server;
  const connection = new PlayerConnection(link, life);
  let room: RoomShell | undefined;
  const join = async ({ roomId, weft }: JoinRequest): Promise<void> => {
    try {
      room = await server.join(connection, roomId, { weft });
    } catch (error) {
      link.send("server", { name: REFUSED, body: codeOf(error) }, "firm");
      return;
    }
    // The connection may have broken while the join was on its way to the disk.
    if (link.isOpen("server")) link.send("server", { name: JOINED, body: room.roomId }, "firm");
    else room.closed(connection, 0);
  };
  link.attach("server", {
    onMessage({ name, body }) {
      if (!life.alive) return;
      if (name === JOIN) void join(body as JoinRequest);
      else if (name === HERE) connection.open();
      else room?.message(connection, name, body as Uint8Array);
    },
    onClosed(code) {
      if (life.alive) room?.closed(connection, code);
    },
  });
}
