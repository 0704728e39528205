/** Soft lights, drawn once per colour: a blur in every frame would cost more than all the rest. */
const SIZE = 128;
const glows = new Map<string, HTMLCanvasElement>();

/** @param color as #rrggbb, of the palette: there are few */
function glowOf(color: string): HTMLCanvasElement {
  const known = glows.get(color);
  if (known !== undefined) return known;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = SIZE;
  const context = canvas.getContext("2d");
  if (context !== null) {
    const half = SIZE / 2;
    const light = context.createRadialGradient(half, half, 0, half, half, half);
    light.addColorStop(0, `${color}cc`);
    light.addColorStop(0.25, `${color}66`);
    light.addColorStop(0.6, `${color}1a`);
    light.addColorStop(1, `${color}00`);
    context.fillStyle = light;
    context.fillRect(0, 0, SIZE, SIZE);
  }
  glows.set(color, canvas);
  return canvas;
}

/** Draws a light around a point. */
export function drawGlow(
  context: CanvasRenderingContext2D,
  color: string,
  { x, y }: { readonly x: number; readonly y: number },
  radius: number,
): void {
  context.drawImage(glowOf(color), x - radius, y - radius, 2 * radius, 2 * radius);
}
