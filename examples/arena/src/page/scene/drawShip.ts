import { rules, type Ship } from "../../game/arena.ts";
import { pilotOf } from "./palette.ts";
import { drawGlow } from "./sprites.ts";

/** Of a hull, in the units that it is drawn in. */
const SIZE = 1.3;
const REST_RADIUS = 38;

export type ShipLook = {
  /** Where its bow points, in radians; 0: right. */
  readonly angle: number;
  readonly isMine: boolean;
  readonly nowMs: number;
  /** Larger than 1 where the plane is drawn small, so that names can be read. */
  readonly labelScale: number;
};

export function drawShip(
  context: CanvasRenderingContext2D,
  ship: Ship,
  { angle, isMine, nowMs, labelScale }: ShipLook,
): void {
  const { color, name } = pilotOf(ship.seat);
  const isStunned = ship.stunTicks > 0;
  const isDashing = ship.dashTicks > 0;
  context.globalCompositeOperation = "lighter";
  context.globalAlpha = isStunned ? 0.35 : 1;
  drawGlow(context, color, ship, isDashing ? 110 : 76);
  context.globalCompositeOperation = "source-over";
  // One that can't do anything flickers.
  context.globalAlpha = isStunned ? 0.45 + 0.3 * Math.sin(nowMs / 45) : 1;
  context.save();
  context.translate(ship.x, ship.y);
  context.rotate(isStunned ? angle + Math.sin(nowMs / 60) * 0.35 : angle);
  context.scale(SIZE, SIZE);
  if (!isStunned && (ship.dx !== 0 || ship.dy !== 0)) drawFlame(context, isDashing, nowMs);
  drawHull(context, color);
  context.restore();
  context.globalAlpha = 1;
  if (isMine) drawRest(context, ship, color);
  context.fillStyle = isMine ? "#ffffff" : "rgba(226, 235, 255, 0.75)";
  context.font = `${isMine ? 700 : 500} ${14 * labelScale}px system-ui, sans-serif`;
  context.textAlign = "center";
  context.fillText(isMine ? "You" : name, ship.x, ship.y + 42 + 10 * labelScale);
}

function drawFlame(context: CanvasRenderingContext2D, isDashing: boolean, nowMs: number): void {
  const length = (isDashing ? 46 : 20) + 6 * Math.sin(nowMs / 28);
  const flame = context.createLinearGradient(-10, 0, -10 - length, 0);
  flame.addColorStop(0, "rgba(255, 255, 255, 0.95)");
  flame.addColorStop(0.3, "rgba(255, 200, 110, 0.8)");
  flame.addColorStop(1, "rgba(255, 90, 60, 0)");
  context.fillStyle = flame;
  context.beginPath();
  context.moveTo(-9, -6);
  context.lineTo(-10 - length, 0);
  context.lineTo(-9, 6);
  context.fill();
}

function drawHull(context: CanvasRenderingContext2D, color: string): void {
  context.beginPath();
  context.moveTo(22, 0);
  context.lineTo(-14, 15);
  context.lineTo(-7, 0);
  context.lineTo(-14, -15);
  context.closePath();
  context.fillStyle = color;
  context.fill();
  context.lineWidth = 2;
  context.lineJoin = "round";
  context.strokeStyle = "rgba(255, 255, 255, 0.85)";
  context.stroke();
  context.beginPath();
  context.moveTo(14, 0);
  context.lineTo(-4, 6);
  context.lineTo(-2, 0);
  context.closePath();
  context.fillStyle = "rgba(4, 10, 28, 0.55)";
  context.fill();
}

/** Around the own ship: how long until the next dash. */
function drawRest(context: CanvasRenderingContext2D, ship: Ship, color: string): void {
  const ready = 1 - ship.restTicks / rules.DASH_REST_TICKS;
  context.lineWidth = 3;
  context.strokeStyle = "rgba(255, 255, 255, 0.14)";
  context.beginPath();
  context.arc(ship.x, ship.y, REST_RADIUS, 0, 2 * Math.PI);
  context.stroke();
  context.strokeStyle = ready >= 1 ? color : "rgba(255, 255, 255, 0.5)";
  context.beginPath();
  context.arc(ship.x, ship.y, REST_RADIUS, -Math.PI / 2, -Math.PI / 2 + 2 * Math.PI * ready);
  context.stroke();
}
