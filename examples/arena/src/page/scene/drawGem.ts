import type { Gem } from "../../game/arena.ts";
import { GEM_COLOR, GOLD_COLOR } from "./palette.ts";
import { drawGlow } from "./sprites.ts";

/** @param turn how far it has turned, in radians */
export function drawGem(context: CanvasRenderingContext2D, gem: Gem, turn: number): void {
  const isGold = gem.value > 1;
  const color = isGold ? GOLD_COLOR : GEM_COLOR;
  const size = isGold ? 15 : 11;
  const width = size * (0.62 + 0.2 * Math.cos(turn * 2));
  context.globalCompositeOperation = "lighter";
  drawGlow(context, color, gem, size * (3 + 0.35 * Math.sin(turn * 3)));
  context.globalCompositeOperation = "source-over";
  facet(context, gem, [0, -size], [width, 0], [0, size], [-width, 0]);
  context.fillStyle = color;
  context.fill();
  facet(context, gem, [0, -size], [width, 0], [0, -size * 0.1]);
  context.fillStyle = "rgba(255, 255, 255, 0.75)";
  context.fill();
  facet(context, gem, [0, size], [-width, 0], [0, size * 0.1]);
  context.fillStyle = "rgba(0, 10, 40, 0.35)";
  context.fill();
}

function facet(
  context: CanvasRenderingContext2D,
  { x, y }: { readonly x: number; readonly y: number },
  ...corners: readonly (readonly [number, number])[]
): void {
  context.beginPath();
  for (const [dx, dy] of corners) context.lineTo(x + dx, y + dy);
  context.closePath();
}
