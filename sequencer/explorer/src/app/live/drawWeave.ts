import type { LedgerBlock } from "@weft/rpc/answers";

const ROWS = 5;

/**
 * Draws the newest blocks as a cloth: a column for each, the newest at the right. Blocks of the fast chain run across in
 * the upper half, ZK blocks in the lower one, each as tall as what it carries.
 */
export function drawWeave(canvas: HTMLCanvasElement, blocks: readonly LedgerBlock[]): void {
  const context = canvas.getContext("2d");
  if (context === null) return;
  const scale = globalThis.devicePixelRatio;
  const { clientWidth, clientHeight } = canvas;
  canvas.width = Math.round(clientWidth * scale);
  canvas.height = Math.round(clientHeight * scale);
  context.scale(scale, scale);
  const style = getComputedStyle(canvas);
  const colours = {
    fast: style.getPropertyValue("--fast"),
    zk: style.getPropertyValue("--zk"),
    line: style.getPropertyValue("--line"),
  };
  drawThreads(context, clientWidth, clientHeight, colours.line);
  const columnWidth = 8;
  const gap = 2;
  const middle = clientHeight / 2;
  blocks.forEach((block, nth) => {
    const x = clientWidth - (nth + 1) * columnWidth;
    if (x < -columnWidth) return;
    const height = Math.max(5, weightOf(block) * (middle - 6));
    context.fillStyle = colours[block.chain];
    const y = block.chain === "fast" ? middle - 1 - height : middle + 1;
    context.beginPath();
    context.roundRect(x, y, columnWidth - gap, height, 2);
    context.fill();
  });
}

function drawThreads(
  context: CanvasRenderingContext2D,
  width: number,
  height: number,
  colour: string,
): void {
  context.fillStyle = colour;
  for (let row = 0; row < ROWS; row++) {
    const y = Math.round(((row + 0.5) * height) / ROWS);
    context.fillRect(0, y, width, 1);
  }
}

/** From 0 to 1, by the logarithm of its size: most blocks are small, and a few are a thousand times as large. */
function weightOf({ transactions }: LedgerBlock): number {
  const sizeBytes = transactions.reduce((sum, transaction) => sum + transaction.sizeBytes, 0);
  return Math.min(1, Math.log2(1 + sizeBytes / 16) / 10);
}
