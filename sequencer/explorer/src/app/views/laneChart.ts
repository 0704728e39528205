import type { RoomEvent } from "@weft/rpc/answers";
import { type SVGTemplateResult, svg } from "lit-html";

const WIDTH = 1000;
const LANE_HEIGHT = 26;
const LABEL_WIDTH = 62;
/** Lanes that one picture shows. */
const MAX_CHART_LANES = 16;

/**
 * The lanes of a stretch of a room's log, one a row: a thread for as long as its player is there, a dot for each frame,
 * a bar across for each seal.
 */
export function laneChart(events: readonly RoomEvent[]): SVGTemplateResult | "" {
  const lanes = [...new Set(events.flatMap(({ lane }) => (typeof lane === "number" ? [lane] : [])))]
    .sort((left, right) => left - right)
    .slice(0, MAX_CHART_LANES);
  if (lanes.length === 0) return "";
  const height = lanes.length * LANE_HEIGHT + 8;
  const step = (WIDTH - LABEL_WIDTH - 12) / Math.max(1, events.length - 1);
  const x = (nth: number) => LABEL_WIDTH + nth * step;
  return svg`<svg class="lanes" viewBox="0 0 ${WIDTH} ${height}" role="img"
    aria-label="The lanes of these ${events.length} events: threads for players, dots for frames, bars for seals">
    ${lanes.map((lane, row) => {
      const y = row * LANE_HEIGHT + LANE_HEIGHT / 2 + 4;
      const of = (type: string) => marksOf(events, lane, type);
      const [joined = 0] = of("join");
      const left = of("leave").at(-1) ?? events.length - 1;
      return svg`
        <text x="0" y=${y + 4}>Lane ${lane}</text>
        <line class="thread" x1=${x(joined)} y1=${y} x2=${x(left)} y2=${y} />
        ${of("frame").map((nth) => svg`<circle class="frame" cx=${x(nth)} cy=${y} r="3" />`)}
        ${of("seal").map((nth) => svg`<rect class="seal" x=${x(nth) - 1.5} y=${y - 9} width="3" height="18" rx="1.5" />`)}`;
    })}
  </svg>`;
}

/** Where in the stretch a lane's events of a type are. */
function marksOf(events: readonly RoomEvent[], lane: number, type: string): number[] {
  return events.flatMap((event, nth) => (event.lane === lane && event.type === type ? [nth] : []));
}
