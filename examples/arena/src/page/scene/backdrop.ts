import { rules } from "../../game/arena.ts";

/** Drawn beyond the walls, so that their light has room. */
const EDGE = 84;
/** Ships are drawn around their place, so the walls stand a little off. */
const WALL_OFF = 34;
const STARS = 260;
const GRID = 100;
const WALL = "#4aa8ff";

/** The plane itself, which never changes: painted once. */
export function paintBackdrop(): HTMLCanvasElement {
  const canvas = document.createElement("canvas");
  canvas.width = rules.WIDTH + 2 * EDGE;
  canvas.height = rules.HEIGHT + 2 * EDGE;
  const context = canvas.getContext("2d");
  if (context === null) return canvas;
  context.translate(EDGE, EDGE);
  context.save();
  context.beginPath();
  context.roundRect(...walls, 30);
  context.clip();
  paintSpace(context);
  paintGrid(context);
  context.restore();
  paintWalls(context);
  return canvas;
}

const walls = [
  -WALL_OFF,
  -WALL_OFF,
  rules.WIDTH + 2 * WALL_OFF,
  rules.HEIGHT + 2 * WALL_OFF,
] as const;

/** Where the backdrop's corner is, on the plane. */
export const BACKDROP_ORIGIN = -EDGE;

function paintSpace(context: CanvasRenderingContext2D): void {
  const { WIDTH, HEIGHT } = rules;
  context.fillStyle = "#090f1f";
  context.fillRect(-EDGE, -EDGE, WIDTH + 2 * EDGE, HEIGHT + 2 * EDGE);
  for (const [x, y, radius, color] of [
    [380, 240, 620, "#1b2f7a"],
    [1280, 700, 680, "#471f70"],
    [980, 120, 460, "#0d4f66"],
    [240, 820, 420, "#10385c"],
  ] as const) {
    const cloud = context.createRadialGradient(x, y, 0, x, y, radius);
    cloud.addColorStop(0, `${color}a0`);
    cloud.addColorStop(1, `${color}00`);
    context.fillStyle = cloud;
    context.fillRect(-EDGE, -EDGE, WIDTH + 2 * EDGE, HEIGHT + 2 * EDGE);
  }
  const random = createNoise(7);
  for (let nth = 0; nth < STARS; nth++) {
    const brightness = random();
    context.fillStyle = `rgba(214, 228, 255, ${0.1 + 0.5 * brightness ** 4})`;
    const radius = 0.6 + 1.3 * random() ** 3;
    context.beginPath();
    context.arc(random() * WIDTH, random() * HEIGHT, radius, 0, 2 * Math.PI);
    context.fill();
  }
}

function paintGrid(context: CanvasRenderingContext2D): void {
  context.strokeStyle = "rgba(122, 170, 255, 0.07)";
  context.lineWidth = 1;
  context.beginPath();
  for (let x = GRID; x < rules.WIDTH; x += GRID) {
    context.moveTo(x, -WALL_OFF);
    context.lineTo(x, rules.HEIGHT + WALL_OFF);
  }
  for (let y = GRID; y < rules.HEIGHT; y += GRID) {
    context.moveTo(-WALL_OFF, y);
    context.lineTo(rules.WIDTH + WALL_OFF, y);
  }
  context.stroke();
}

function paintWalls(context: CanvasRenderingContext2D): void {
  context.shadowColor = WALL;
  context.strokeStyle = "rgba(120, 190, 255, 0.85)";
  context.lineWidth = 2.5;
  for (const blur of [34, 12]) {
    context.shadowBlur = blur;
    context.beginPath();
    context.roundRect(...walls, 30);
    context.stroke();
  }
  context.shadowBlur = 0;
}

/** The same stars each time, without the page's own randomness. */
function createNoise(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}
