type Point = { readonly x: number; readonly y: number };
type TrailPoint = Point & { readonly atMs: number };

const LENGTH_MS = 420;
const MAX_POINTS = 64;
/** A ship that is this much farther on was put there. */
const JUMP = 160;

/** What ships leave behind them. */
export class Trails {
  readonly #trails = new Map<string, TrailPoint[]>();

  follow(id: string, { x, y }: Point, nowMs: number): void {
    const trail = this.#trails.get(id) ?? [];
    const last = trail.at(-1);
    if (last !== undefined && Math.hypot(last.x - x, last.y - y) > JUMP) trail.length = 0;
    trail.push({ x, y, atMs: nowMs });
    while (trail.length > MAX_POINTS || nowMs - (trail[0]?.atMs ?? nowMs) > LENGTH_MS)
      trail.shift();
    this.#trails.set(id, trail);
  }

  /** Those of ships that are gone are forgotten. */
  retain(has: (id: string) => boolean): void {
    for (const id of this.#trails.keys()) if (!has(id)) this.#trails.delete(id);
  }

  draw(context: CanvasRenderingContext2D, id: string, color: string, width: number, nowMs: number) {
    const trail = this.#trails.get(id) ?? [];
    context.strokeStyle = color;
    context.lineCap = "butt";
    for (let index = 1; index < trail.length; index++) {
      const [from, to] = [trail[index - 1] as TrailPoint, trail[index] as TrailPoint];
      const fresh = 1 - (nowMs - to.atMs) / LENGTH_MS;
      if (fresh <= 0) continue;
      context.globalAlpha = 0.4 * fresh ** 1.5;
      context.lineWidth = width * (0.25 + 0.75 * fresh);
      context.beginPath();
      context.moveTo(from.x, from.y);
      context.lineTo(to.x, to.y);
      context.stroke();
    }
    context.globalAlpha = 1;
  }
}
