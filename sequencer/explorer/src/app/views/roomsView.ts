import type { RoomList } from "@weft/rpc/answers";
import { html } from "lit-html";
import { formatCount } from "../ui/format.ts";
import { blockLink, NONE, roomLink, roundLink } from "../ui/links.ts";
import { number, table } from "../ui/parts.ts";
import type { View, ViewContext } from "../view.ts";
import { createListView } from "./listView.ts";
import { phaseBadge } from "./roundsView.ts";

export function createRoomsView(context: ViewContext): View {
  return createListView<RoomList>(context, {
    title: "Rooms",
    lead: "Games that run now, and those that have run: every action in them is a transaction of the fast chain.",
    unit: "rooms",
    method: "weft_getRooms",
    show: ({ rooms }) =>
      table(
        "Rooms",
        [
          "Room",
          "Game",
          "State",
          number("Players"),
          number("Events"),
          "Newest round",
          number("Newest block"),
        ],
        rooms.map(
          (room) =>
            html`<tr>
              <td>${roomLink(room.room, room.name)}</td>
              <td>${room.game ?? NONE}</td>
              <td>
                ${
                  room.isOpen
                    ? html`<span class="badge good">open</span>`
                    : html`<span class="badge">closed</span>`
                }
              </td>
              <td class="right num">${room.players}</td>
              <td class="right num">${formatCount(room.events)}</td>
              <td>
                ${
                  room.newestRound === undefined
                    ? NONE
                    : html`${roundLink(room.newestRound.roundId)}
                      ${phaseBadge(room.newestRound.phase)}`
                }
              </td>
              <td class="right">${blockLink(room.newestHeight)}</td>
            </tr>`,
        ),
        "No room has been opened yet.",
      ),
  });
}
