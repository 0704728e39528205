const LIFE_MS = 900;
const RISE = 46;
const MAX_FLOATERS = 24;

type Floater = { x: number; y: number; text: string; color: string; ageMs: number };

/** Words that rise from where something happened. */
export class Floaters {
  #floaters: Floater[] = [];

  add(floater: Omit<Floater, "ageMs">): void {
    this.#floaters = [...this.#floaters.slice(1 - MAX_FLOATERS), { ...floater, ageMs: 0 }];
  }

  draw(context: CanvasRenderingContext2D, elapsedMs: number): void {
    context.textAlign = "center";
    context.font = "700 22px system-ui, sans-serif";
    this.#floaters = this.#floaters.filter((floater) => {
      floater.ageMs += elapsedMs;
      return floater.ageMs < LIFE_MS;
    });
    for (const { x, y, text, color, ageMs } of this.#floaters) {
      const share = ageMs / LIFE_MS;
      context.globalAlpha = 1 - share ** 2;
      context.fillStyle = color;
      context.fillText(text, x, y - 26 - RISE * Math.sqrt(share));
    }
    context.globalAlpha = 1;
  }
}
