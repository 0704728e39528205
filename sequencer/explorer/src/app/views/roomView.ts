import type { Lane, RoomDetails, RoomEvent, RoomEvents } from "@weft/rpc/answers";
import { html, type TemplateResult } from "lit-html";
import { EVENTS_PER_PAGE } from "../limits.ts";
import { createLoadedView } from "../loadedView.ts";
import { counted, formatCount, formatDateTime, shortHex } from "../ui/format.ts";
import { addressLink, blockLink, NONE, roundLink, sessionLink, wholeHex } from "../ui/links.ts";
import { facts, number, pager, table } from "../ui/parts.ts";
import type { View, ViewContext } from "../view.ts";
import { laneChart } from "./laneChart.ts";
import { eventRows } from "./roomEvents.ts";

type Loaded = {
  readonly room: RoomDetails;
  readonly events: readonly RoomEvent[];
  /** The first event of the stretch that is shown. */
  readonly fromIndex: number;
};

/** A room with its lanes, its seals, and its log. */
export function createRoomView(context: ViewContext, address: string): View {
  /** Events after the stretch that is shown: 0 is the newest stretch. */
  let skipped = 0;
  let showsTicks = false;

  async function load(): Promise<Loaded | null> {
    const { rpc } = context;
    const room = await rpc.call<RoomDetails | null>("fast", "weft_getRoom", address);
    if (room === null) return null;
    const fromIndex = Math.max(0, room.events - skipped - EVENTS_PER_PAGE);
    const limit = Math.min(EVENTS_PER_PAGE, Math.max(1, room.events - skipped - fromIndex));
    const page = await rpc.call<RoomEvents | null>("fast", "weft_getRoomEvents", {
      room: room.room,
      fromIndex,
      limit,
    });
    return { room, events: page?.events ?? [], fromIndex };
  }

  function show({ room, events, fromIndex }: Loaded): TemplateResult {
    const shown = events.filter(({ type }) => showsTicks || type !== "tick").toReversed();
    const toggle = () => {
      showsTicks = !showsTicks;
      context.redraw();
    };
    const go = (from: number) => {
      skipped = from;
      view.reload();
    };
    const total = room.events;
    return html`${roomHead(room)}
      <h2>Lanes <span class="count">${room.lanes.length}</span></h2>
      ${lanesTable(room.lanes)}
      <h2>Events <span class="count">${formatCount(total)}</span></h2>
      <div class="bar">
        ${pager({ from: skipped, perPage: EVENTS_PER_PAGE, total, unit: "events", go })}
        <label class="check"
          ><input type="checkbox" .checked=${showsTicks} @change=${toggle} /> Show ticks</label
        >
      </div>
      ${laneChart(events)} ${eventRows(shown)}
      ${
        shown.length === 0 && events.length > 0
          ? html`<p class="note">
              From event ${formatCount(fromIndex)} on, nothing but ticks.
            </p>`
          : ""
      }`;
  }

  const view = createLoadedView<Loaded>(context, {
    title: "Room",
    missing: "No room with this address was found.",
    load,
    show,
    isLive: ({ room }) => room.isOpen && skipped === 0,
  });
  return view;
}

function roomHead(room: RoomDetails): TemplateResult {
  const state = room.isOpen
    ? html`<span class="badge good">open</span>`
    : html`<span class="badge">closed</span>`;
  return html`<div class="title">
      <h1>Room ${room.name ?? shortHex(room.room)}</h1>
      ${state}
    </div>
    <p class="lead">
      A room of ${room.game ?? "a game that isn't known"}${room.isOpen ? `, ${counted(room.players, "player")} in it now` : ""}.
    </p>
    ${facts({
      Address: html`<a class="hex whole" href="#/address/${room.room}">${room.room}</a>`,
      Created: html`in block ${blockLink(room.createdHeight)}`,
      Closed:
        room.closedHeight === null ? undefined : html`in block ${blockLink(room.closedHeight)}`,
      Clock: room.nowMs === 0 ? NONE : formatDateTime(room.nowMs),
      "Newest state": room.stateHash === null ? undefined : wholeHex(room.stateHash),
      "Game's program": wholeHex(room.gameHash),
      Seed: html`${wholeHex(room.seed)} of block ${blockLink(room.seedHeight)}`,
      Rounds:
        room.roundIds.length === 0
          ? "none yet"
          : html`${room.roundIds.map((roundId) => html`<span class="item">${roundLink(roundId)}</span>`)}`,
    })}`;
}

function lanesTable(lanes: readonly Lane[]): TemplateResult {
  return table(
    "Lanes of the room",
    [number("Lane"), "Session", "Prizes go to", number("Frames"), "Sealed", "Newest hash", "State"],
    lanes.map(
      (lane) =>
        html`<tr>
          <td class="right num">${lane.lane}</td>
          <td>${sessionLink(lane.sessionId)}</td>
          <td>${addressLink(lane.payout)}</td>
          <td class="right num">${formatCount(lane.frames)}</td>
          <td>${sealedBar(lane)}</td>
          <td>
            ${
              lane.headHash === null
                ? NONE
                : html`<span class="hex" title=${lane.headHash}>${shortHex(lane.headHash)}</span>`
            }
          </td>
          <td>${laneState(lane)}</td>
        </tr>`,
    ),
    "Nobody has joined yet.",
  );
}

function sealedBar({ frames, sealedFrames, seals }: Lane): TemplateResult {
  const label =
    sealedFrames >= frames ? "all" : `${formatCount(sealedFrames)} of ${formatCount(frames)}`;
  const count = seals === null ? "" : ` by ${counted(seals, "seal")}`;
  if (frames === 0) return html`<span class="dim">nothing to seal</span>`;
  return html`<progress
      max=${frames}
      .value=${sealedFrames}
      aria-label="Sealed frames"
    ></progress>
    <span>${label}${count}</span>`;
}

function laneState({ left, leftHeight, joinedHeight }: Lane): TemplateResult {
  if (left !== null) return html`${left} in ${blockLink(leftHeight)}`;
  return html`here since ${blockLink(joinedHeight)}`;
}
