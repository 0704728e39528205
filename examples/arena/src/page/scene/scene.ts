import { type ArenaState, rules } from "../../game/arena.ts";
import { PageError } from "../PageError.ts";
import { BACKDROP_ORIGIN, paintBackdrop } from "./backdrop.ts";
import { type Camera, type Covered, placeCamera } from "./camera.ts";
import { drawGem } from "./drawGem.ts";
import { drawShip } from "./drawShip.ts";
import { Floaters } from "./floaters.ts";
import { GEM_COLOR, GOLD_COLOR, pilotOf } from "./palette.ts";
import { Particles } from "./particles.ts";
import type { SceneEvent } from "./sceneEvents.ts";
import { Trails } from "./trails.ts";

/** More would cost more than it shows. */
const MAX_PIXEL_RATIO = 2;
/** Longest step of decoration: after a pause it goes on, and doesn't catch up. */
const MAX_ELAPSED_MS = 100;
const SHAKE_MS = 260;
const SHAKE = 9;
/** How fast bows turn: what they take for a third of the way, in ms. */
const TURN_MS = 45;

export type Picture = {
  readonly state: ArenaState;
  /** The player's id; undefined for who only looks on. */
  readonly me: string | undefined;
  readonly nowMs: number;
  readonly covered: Covered;
};

/** Draws the plane and what is on it. */
export class Scene {
  readonly #canvas: HTMLCanvasElement;
  readonly #context: CanvasRenderingContext2D;
  readonly #backdrop = paintBackdrop();
  readonly #particles = new Particles();
  readonly #floaters = new Floaters();
  readonly #trails = new Trails();
  readonly #angles = new Map<string, number>();
  readonly #calm: () => boolean;
  #shakeMs = 0;
  #lastMs = 0;

  /**
   * @param calm whether the person wants little motion
   * @throws PageError CANVAS_MISSING
   */
  constructor(canvas: HTMLCanvasElement, calm: () => boolean) {
    const context = canvas.getContext("2d", { alpha: false });
    if (context === null) throw new PageError("CANVAS_MISSING", "this browser draws no canvas");
    this.#canvas = canvas;
    this.#context = context;
    this.#calm = calm;
  }

  draw(picture: Picture): void {
    const { state, me, nowMs, covered } = picture;
    const elapsedMs = Math.min(MAX_ELAPSED_MS, Math.max(0, nowMs - this.#lastMs));
    this.#lastMs = nowMs;
    const screen = this.#fitToScreen();
    const mine = me === undefined ? undefined : state.ships.get(me);
    const camera = placeCamera(screen, mine, covered);
    this.#begin(camera, screen, elapsedMs);
    this.#drawTrails(state, nowMs);
    for (const [key, gem] of state.gems.entries()) {
      drawGem(this.#context, gem, this.#calm() ? 0 : nowMs / 900 + Number(key) * 1.7);
    }
    for (const [id, ship] of state.ships.entries()) {
      drawShip(this.#context, ship, {
        angle: this.#turn(id, ship, elapsedMs),
        isMine: id === me,
        nowMs,
        labelScale: Math.max(1, 0.8 / camera.scale),
      });
    }
    this.#context.globalCompositeOperation = "lighter";
    this.#particles.draw(this.#context, elapsedMs);
    this.#context.globalCompositeOperation = "source-over";
    this.#floaters.draw(this.#context, elapsedMs);
  }

  /** Shows what has happened. */
  show(event: SceneEvent, state: ArenaState, me: string | undefined): void {
    const few = this.#calm() ? 0.3 : 1;
    const seatColor = (id: string | undefined) =>
      pilotOf(state.ships.get(id ?? "")?.seat ?? 0).color;
    if (event.type === "pickup") {
      const color = event.value > 1 ? GOLD_COLOR : GEM_COLOR;
      this.#burst(event, color, 14 * few, 260);
      if (event.by === me) this.#floaters.add({ ...event, text: `+${event.value}`, color });
    } else if (event.type === "hit") {
      this.#burst(event, seatColor(event.victim), 34 * few, 520);
      this.#burst(event, "#ffffff", 10 * few, 300);
      const isMine = event.victim === me || event.by === me;
      if (isMine && !this.#calm()) this.#shakeMs = SHAKE_MS;
      if (event.by === me) this.#floaters.add({ ...event, text: "Hit!", color: "#ffffff" });
      if (event.victim === me) this.#floaters.add({ ...event, text: "Ouch!", color: "#ff9aa5" });
    } else if (event.type === "dash") {
      this.#burst(event, seatColor(event.by), 10 * few, 200);
    } else if (event.type === "drop") {
      this.#burst(event, GEM_COLOR, 5 * few, 90);
    }
  }

  #burst({ x, y }: { x: number; y: number }, color: string, count: number, speed: number): void {
    this.#particles.burst({ x, y, color, count: Math.ceil(count), speed, lifeMs: 650, size: 11 });
  }

  #fitToScreen() {
    const { clientWidth: width, clientHeight: height } = this.#canvas;
    const ratio = Math.min(devicePixelRatio, MAX_PIXEL_RATIO);
    const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)];
    if (this.#canvas.width !== wide || this.#canvas.height !== high) {
      this.#canvas.width = wide;
      this.#canvas.height = high;
    }
    return { width, height, ratio };
  }

  #begin(
    camera: Camera,
    screen: { width: number; height: number; ratio: number },
    elapsedMs: number,
  ) {
    const { ratio, width, height } = screen;
    const context = this.#context;
    context.setTransform(ratio, 0, 0, ratio, 0, 0);
    context.fillStyle = "#060a14";
    context.fillRect(0, 0, width, height);
    this.#shakeMs = Math.max(0, this.#shakeMs - elapsedMs);
    const shake = SHAKE * (this.#shakeMs / SHAKE_MS) ** 2;
    const [dx, dy] = [(Math.random() - 0.5) * shake, (Math.random() - 0.5) * shake];
    context.translate(camera.x + dx, camera.y + dy);
    context.scale(camera.scale, camera.scale);
    context.drawImage(this.#backdrop, BACKDROP_ORIGIN, BACKDROP_ORIGIN);
  }

  #drawTrails(state: ArenaState, nowMs: number): void {
    this.#trails.retain((id) => state.ships.has(id));
    for (const id of this.#angles.keys()) if (!state.ships.has(id)) this.#angles.delete(id);
    this.#context.globalCompositeOperation = "lighter";
    for (const [id, ship] of state.ships.entries()) {
      this.#trails.follow(id, ship, nowMs);
      const width = ship.dashTicks > 0 ? 26 : 15;
      this.#trails.draw(this.#context, id, pilotOf(ship.seat).color, width, nowMs);
    }
    this.#context.globalCompositeOperation = "source-over";
  }

  /** Bows turn quickly to where the ship steers, the shorter way round. */
  #turn(id: string, ship: { dx: number; dy: number; x: number }, elapsedMs: number): number {
    // At rest it looks where it looked; at first, to the middle.
    const first = ship.x > rules.WIDTH / 2 ? Math.PI : 0;
    const angle = this.#angles.get(id) ?? first;
    if (ship.dx === 0 && ship.dy === 0) {
      this.#angles.set(id, angle);
      return angle;
    }
    const off = Math.atan2(ship.dy, ship.dx) - angle;
    const shorter = Math.atan2(Math.sin(off), Math.cos(off));
    const turned = angle + shorter * (1 - Math.exp(-elapsedMs / TURN_MS));
    this.#angles.set(id, turned);
    return turned;
  }
}
